/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM example as a whole: Linux boots, its devices work and interrupt it, its shell
 * answers, it powers off. With the argument `sel4` the same cases run on the same guest
 * under a VMM for seL4, with `bare` without Drover: what they expect is what Linux does on bare
 * hardware.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "driver_vm_cases.h"
#include "driver_vm_machine.h"

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_with(machine, "uart-pl011", "true");
}

static bool rtc_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_with(machine, "rtc-pl031",
                                     "echo +1 >/sys/class/rtc/rtc0/wakealarm");
}

static bool gpio_interrupts(struct machine *machine)
{
    long before = driver_vm_interrupts(machine, "'GPIO Key Poweroff'");

    machine_monitor(machine, "system_powerdown\n"); /* On this board: pulses line 3. */
    return driver_vm_interrupts_grow(machine, "'GPIO Key Poweroff'", before);
}

static bool nic_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_with(machine, "$(basename $(readlink /sys/class/net/eth0/device))",
                                     "ping -c 1 10.0.2.2");
}

static bool disk_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_with(machine, "$(basename $(readlink /sys/block/vda/device))",
                                     "echo 3 >/proc/sys/vm/drop_caches; sha256sum /disk/data");
}

/* The guest's clocks run at the host's pace. */
static bool time_passes(struct machine *machine)
{
    double start = clock_seconds();
    double seconds;

    if (driver_vm_shell(machine, "sleep 2", DRIVER_VM_SHELL_SECONDS) == NULL) {
        return false;
    }
    seconds = clock_seconds() - start;
    return (seconds > 1.9 && seconds < 5) || case_fail("a sleep of 2 s took %.1f s", seconds);
}

static bool memory_is_the_granted(struct machine *machine)
{
    const char *answer = driver_vm_shell(machine, "grep 'System RAM' /proc/iomem | head -n 1",
                                         DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (strncmp(answer, "40000000-", 9) == 0 || case_fail("RAM: %s", answer));
}

static bool interrupt_key_reaches_shell(struct machine *machine)
{
    /* Before the program runs the shell would have the key. */
    machine_type(machine, "sh -c 'while read line; do echo \"<$line>\"; done'\npurr\n");
    if (machine_wait(machine, "<purr>", DRIVER_VM_SHELL_SECONDS) == NULL) {
        return false;
    }
    machine_type(machine, "\x03");
    return machine_wait(machine, "driver VM# ", DRIVER_VM_SHELL_SECONDS) != NULL &&
           driver_vm_shell_answers(machine);
}

static const struct test_case cases[] = {
    {"Linux boots and all its devices work", driver_vm_becomes_ready},
    {"the shell answers", driver_vm_shell_answers},
    {"Ctrl-C ends a program, not the shell", interrupt_key_reaches_shell},
    {"the UART interrupts", uart_interrupts},
    {"the RTC interrupts", rtc_interrupts},
    {"the GPIO block interrupts", gpio_interrupts},
    {"the network card interrupts", nic_interrupts},
    {"the disk interrupts", disk_interrupts},
    {"time passes at its own rate", time_passes},
    {"its memory is what was granted", memory_is_the_granted},
    {"Linux has nothing to complain of", driver_vm_is_content},
    {"poweroff turns the machine off", driver_vm_powers_off},
};

int main(int argc, char **argv)
{
    const char *variant = argc > 1 ? argv[1] : "drover";
    enum driver_vm_boot boot = strcmp(variant, "bare") == 0   ? DRIVER_VM_BARE
                               : strcmp(variant, "sel4") == 0 ? DRIVER_VM_SEL4_VMM
                                                              : DRIVER_VM_ON_DROVER;
    char log[256];
    snprintf(log, sizeof(log), BUILD_DIR "/tests/log/driver_vm_%s.console", variant);
    char **arguments = driver_vm_arguments(boot, DRIVER_VM_TEST, BUILD_DIR "/tests/driver_vm.disk");
    struct machine *machine = machine_start(log, NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
