/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM example as a whole: Linux boots, its devices work and interrupt it, its shell
 * answers, it powers off. With the argument `composed` the same cases run on the system that
 * `drover compose` makes, with `sel4` on the example's guest under a VMM for seL4, with `bare`
 * without Drover: what they expect is what Linux does on bare hardware.
 */
#include <stdlib.h>
#include <string.h>

#include "driver_vm_cases.h"

/* A way to boot. */
struct variant {
    const char *name;
    enum driver_vm_boot boot;
    const char *ram;       /* where Linux sees its memory begin, in hexadecimal digits */
    unsigned foreign;      /* a GPA where the guest has nothing */
    const char *unclaimed; /* what its VMM says of an access there */
};

/* Where QEMU's virt board has nothing (hw/arm/virt.c leaves it free), bare or not. */
#define NOTHING 0xb000000

static const struct variant variants[] = {
    {"drover", DRIVER_VM_ON_DROVER, "40000000", NOTHING,
     "external abort (nearest region: \"virtio\" + 0xffd000)"},
    {"composed", DRIVER_VM_COMPOSED, "a0000000", 0x9020000,
     "external abort: nobody: /fw-cfg@9020000, enabled in the board's tree; --give /fw-cfg@9020000 "
     "gives it"},
    {"sel4", DRIVER_VM_SEL4_VMM, "40000000", NOTHING,
     "external abort (nearest region: \"virtio\" + 0xffd000)"},
    {"bare", DRIVER_VM_BARE, "40000000", NOTHING, ""},
};

static const struct variant *variant;

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "uart-pl011", "true");
}

static bool rtc_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "rtc-pl031",
                                          "echo +2 >/sys/class/rtc/rtc0/wakealarm");
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

    return answer != NULL && (strncmp(answer, variant->ram, strlen(variant->ram)) == 0 ||
                              case_fail("RAM: %s", answer));
}

/* The program that tries ends with SIGBUS (7), and nothing else does. */
static bool access_to_nothing_is_answered(struct machine *machine)
{
    char command[80];
    const char *answer;

    snprintf(command, sizeof(command), "devmem 0x%x 32; test $? -eq $((128 + 7))",
             variant->foreign);
    answer = driver_vm_shell(machine, command, DRIVER_VM_SHELL_SECONDS);
    return answer != NULL && (strstr(answer, variant->unclaimed) != NULL ||
                              case_fail("no \"%s\", but: %s", variant->unclaimed, answer));
}

static bool powers_off(struct machine *machine)
{
    return driver_vm_power_off(machine, variant->boot, DRIVER_VM_SHELL_SECONDS);
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
    {"an access to nothing is answered", access_to_nothing_is_answered},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"poweroff turns the machine off", powers_off},
};

/* NULL: there is none of that name. */
static const struct variant *variant_find(const char *name)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(*variants); i++) {
        if (strcmp(variants[i].name, name) == 0) {
            return &variants[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    variant = variant_find(argc > 1 ? argv[1] : "drover");
    if (variant == NULL) {
        fprintf(stderr, "usage: driver_vm [drover | composed | sel4 | bare]\n");
        return EXIT_FAILURE;
    }
    char log[256], disk[256];
    snprintf(log, sizeof(log), BUILD_DIR "/tests/log/driver_vm_%s.console", variant->name);
    snprintf(disk, sizeof(disk), BUILD_DIR "/tests/driver_vm_%s.disk", variant->name);
    char **arguments = driver_vm_arguments(variant->boot, DRIVER_VM_TEST, disk);
    struct machine *machine = machine_start(log, NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
