/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver VM that ends in every way a Linux can, in one boot of the machine: each time its VMM
 * starts it again, and its devices have to pass all their checks.
 */
#include "driver_vm_cases.h"

#define DISK            BUILD_DIR "/tests/composed/restart.disk"
#define RESTART_SECONDS 60
#define PANIC           "echo c >/proc/sysrq-trigger\n"

static unsigned restart_count;

/* What is typed ends the guest, and it comes back. It may say whatever it likes as it ends. */
static bool comes_back_from(struct machine *machine, const char *typed)
{
    static const char *const nothing[] = {NULL};
    char line[64];

    machine_forbid(machine, nothing);
    machine_type(machine, typed);
    snprintf(line, sizeof(line), "guest \"linux\": restart %u took ", ++restart_count);
    return machine_wait(machine, line, RESTART_SECONDS) != NULL &&
           driver_vm_becomes_ready(machine) && driver_vm_shell_answers(machine);
}

static bool reboot(struct machine *machine)
{
    return comes_back_from(machine, "reboot\n");
}

static bool sysrq(struct machine *machine)
{
    return comes_back_from(machine, "echo b >/proc/sysrq-trigger\n");
}

static bool panic(struct machine *machine)
{
    return comes_back_from(machine, PANIC);
}

static bool panic_of_second_cpu(struct machine *machine)
{
    return comes_back_from(machine, "taskset 2 sh -c 'echo c >/proc/sysrq-trigger'\n");
}

/* The disk and the network card interrupt all the time. */
static bool load_begin(struct machine *machine)
{
    return driver_vm_shell(
               machine,
               "(while :; do dd if=/dev/vda of=/dev/null bs=16k count=256 iflag=direct; "
               "done >/dev/null 2>&1 &); "
               "(ping -A -q 10.0.2.2 >/dev/null 2>&1 &); "
               "(while :; do cat /proc/interrupts; done >/dev/ttyAMA0 &)",
               DRIVER_VM_SHELL_SECONDS) != NULL;
}

static bool under_load(struct machine *machine)
{
    static const char *const ends[] = {"echo b >/proc/sysrq-trigger\n", PANIC, "reboot\n"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
        if (!load_begin(machine) || !comes_back_from(machine, ends[i])) {
            return false;
        }
    }
    return true;
}

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "uart-pl011", "true");
}

static bool gpio_interrupts(struct machine *machine)
{
    long before = driver_vm_interrupts(machine, "'GPIO Key Poweroff'");

    machine_monitor(machine, "system_powerdown\n");
    return driver_vm_interrupts_grow(machine, "'GPIO Key Poweroff'", before);
}

static bool both_cpus_are_up(struct machine *machine)
{
    return driver_vm_shell(machine, "test $(nproc) = 2", DRIVER_VM_SHELL_SECONDS) != NULL;
}

static bool powers_off(struct machine *machine)
{
    return driver_vm_power_off(machine, DRIVER_VM_RESTART, DRIVER_VM_SHELL_SECONDS);
}

static const struct test_case cases[] = {
    {"Linux boots and all its devices work", driver_vm_becomes_ready},
    {"it comes back from a reboot", reboot},
    {"it comes back from a reset without a word", sysrq},
    {"it comes back from a panic", panic},
    {"it comes back from a panic of its second CPU", panic_of_second_cpu},
    {"it comes back from each under load", under_load},
    {"both CPUs are up", both_cpus_are_up},
    {"the UART interrupts", uart_interrupts},
    {"the GPIO block interrupts", gpio_interrupts},
    {"time passes at its own rate", driver_vm_time_passes},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"off is off", powers_off},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_RESTART, DRIVER_VM_TEST, DISK);
    struct machine *machine =
        machine_start(BUILD_DIR "/tests/log/composed_restart.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
