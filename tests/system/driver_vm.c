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

#include "driver_vm_cases.h"

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "uart-pl011", "true");
}

static bool rtc_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "rtc-pl031",
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
    return driver_vm_interrupts_grow_with(
        machine, "$(basename $(readlink /sys/class/net/eth0/device))", "ping -c 1 10.0.2.2");
}

static bool disk_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "$(basename $(readlink /sys/block/vda/device))",
                                          "echo 3 >/proc/sys/vm/drop_caches; sha256sum /disk/data");
}

static bool memory_is_the_granted(struct machine *machine)
{
    const char *answer = driver_vm_shell(machine, "grep 'System RAM' /proc/iomem | head -n 1",
                                         DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (strncmp(answer, "40000000-", 9) == 0 || case_fail("RAM: %s", answer));
}

static bool powers_off(struct machine *machine)
{
    machine_type(machine, "poweroff\n");
    return machine_wait_exit(machine, DRIVER_VM_SHELL_SECONDS) == 0;
}

static const struct test_case cases[] = {
    {"Linux boots and all its devices work", driver_vm_becomes_ready},
    {"the shell answers", driver_vm_shell_answers},
    {"Ctrl-C ends a program, not the shell", driver_vm_interrupt_key_reaches_shell},
    {"the UART interrupts", uart_interrupts},
    {"the RTC interrupts", rtc_interrupts},
    {"the GPIO block interrupts", gpio_interrupts},
    {"the network card interrupts", nic_interrupts},
    {"the disk interrupts", disk_interrupts},
    {"time passes at its own rate", driver_vm_time_passes},
    {"its memory is what was granted", memory_is_the_granted},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"poweroff turns the machine off", powers_off},
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
