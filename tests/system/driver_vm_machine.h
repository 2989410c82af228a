/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machines of the driver VMs, and the guest's shell on their consoles: QEMU's `virt` board with
 * a network card and a scratch disk, its ZCU102, whose SD card is the scratch disk, and our model
 * of the Odroid C4, whose eMMC is.
 */
#pragma once

#include "machine.h"

/* What the machine boots. */
enum driver_vm_boot {
    DRIVER_VM_ON_DROVER, /* the example's image */
    DRIVER_VM_COMPOSED,  /* examples/composed, on the same board */
    DRIVER_VM_SERVING,   /* examples/serving: it serves its disk and its network */
    DRIVER_VM_RECONNECT, /* tests/serving: the same with who restarts it, and `io` on the disk */
    DRIVER_VM_PCI,       /* tests/pci: its client VM has its devices on a PCI bus */
    DRIVER_VM_CROWD,     /* tests/crowd: many clients; QEMU logs to CROWD_TRACE what it writes */
    DRIVER_VM_SEL4_VMM,  /* the same guest under a VMM for seL4 */
    DRIVER_VM_BARE,      /* the guest's own kernel, initramfs and device tree, nothing beneath it */
    DRIVER_VM_4_CPUS,    /* tests/smp_guest: four vCPUs on one core */
    DRIVER_VM_8_CPUS,
    DRIVER_VM_4_CPUS_BARE,       /* its guest on a machine with four cores */
    DRIVER_VM_PAIR,              /* tests/composed: two driver VMs on the `virt` board */
    DRIVER_VM_RESTART,           /* tests/composed: one that panics and starts again */
    DRIVER_VM_ZCU102,            /* examples/composed */
    DRIVER_VM_ODROIDC4,          /* the example's image for the Odroid C4: the seed's system */
    DRIVER_VM_ODROIDC4_COMPOSED, /* examples/composed: the eMMC and no console */
    DRIVER_VM_ODROIDC4_BARE,     /* Debian's kernel with the board's own tree, nothing beneath it */
};

#define CROWD_TRACE BUILD_DIR "/tests/crowd/nvme.trace"

/* How its console is reached: QEMU's own terminal, with Ctrl-A for its commands, or a test. */
enum driver_vm_console {
    DRIVER_VM_TERMINAL,
    DRIVER_VM_TEST,
};

/*
 * Returns QEMU's arguments, NULL-terminated and valid until the next call, and creates the scratch
 * disk `disk_path` as the guest expects it: empty, with its mark, or a copy of the served one.
 * Exits if it cannot be written.
 */
char **driver_vm_arguments(enum driver_vm_boot boot, enum driver_vm_console console,
                           const char *disk_path);

/* Texts that mean that the boot has failed, for machine_forbid(). */
extern const char *const driver_vm_failures[];

/*
 * Waits until the guest has tried all its devices. Returns how many checks it passed; 0 if one
 * failed or it did not get that far within `seconds`, and machine_reason() says why.
 */
unsigned driver_vm_wait_ready(struct machine *machine, double seconds);

/*
 * Runs a command in the guest's shell and waits for its end. Returns what it printed, valid until
 * the next call; NULL if it does not end with status 0 within `seconds`.
 */
const char *driver_vm_shell(struct machine *machine, const char *command, double seconds);

/*
 * Finds on the scratch disk, as the host sees it, the report that a driver VM without a console has
 * left there, and writes it to `report`, of `size` bytes. Returns false if there is none.
 */
bool driver_vm_disk_report(const char *disk_path, char *report, size_t size);

/*
 * Turns the driver VM off from its shell, and the machine with it: where the VMM may not do that,
 * the monitor does when the VMM has said that its guest is off. False if it does not end within
 * `seconds`.
 */
bool driver_vm_power_off(struct machine *machine, enum driver_vm_boot boot, double seconds);
