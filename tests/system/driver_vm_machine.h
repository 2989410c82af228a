/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of examples/driver_vm: QEMU's `virt` board with a network card and a scratch disk,
 * and the guest's shell on its console.
 */
#pragma once

#include "machine.h"

#define DRIVER_VM_IMAGE BUILD_DIR "/examples/driver_vm/qemu_virt_aarch64/driver_vm.img"

/* Creates the scratch disk as the guest expects it: empty, with its mark. Exits on failure. */
void driver_vm_disk_create(const char *path);

/* How the console reaches the machine: QEMU's own terminal, with Ctrl-A for its commands, or a
 * test. */
enum driver_vm_console {
    DRIVER_VM_TERMINAL,
    DRIVER_VM_TEST,
};

/* QEMU's arguments to boot `image` with the disk at `disk_path`, NULL-terminated. The arguments
 * stay valid until the next call. */
char **driver_vm_arguments(const char *image, const char *disk_path,
                           enum driver_vm_console console);

/*
 * Runs a command in the guest's shell and waits for its end. Returns what it printed, valid until
 * the next call on this machine; NULL if it does not end with status 0 within `seconds`.
 */
const char *driver_vm_shell(struct machine *machine, const char *command, double seconds);

/* Texts that mean that the boot has failed, for machine_forbid(). */
extern const char *const driver_vm_failures[];
