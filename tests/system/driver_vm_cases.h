/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Test cases that driver VMs on several boards have in common (cases.h), and what such cases are
 * made of. All of them need the guest's shell on the console; driver_vm_becomes_ready() waits for
 * it and comes first.
 */
#pragma once

#include <stdbool.h>

#include "machine.h"

/* How long the shell may take for an answer. */
#define DRIVER_VM_SHELL_SECONDS 20

/* Linux boots, and the checks of its init pass. */
bool driver_vm_becomes_ready(struct machine *machine);

/* The shell computes. */
bool driver_vm_shell_answers(struct machine *machine);

/* Linux has logged no warning, nothing that hangs and no device that still waits for another. */
bool driver_vm_is_content(struct machine *machine);

/* `poweroff` ends the machine with status 0. Comes last. */
bool driver_vm_powers_off(struct machine *machine);

/* Returns the interrupts that a driver, named as in /proc/interrupts, has taken; -1 if that cannot
 * be found out. */
long driver_vm_interrupts(struct machine *machine, const char *driver);

/* True when the driver has taken, or soon takes, at least one interrupt more than `before`. */
bool driver_vm_interrupts_grow(struct machine *machine, const char *driver, long before);

/* True if the driver takes an interrupt when the shell runs `command`. */
bool driver_vm_interrupts_with(struct machine *machine, const char *driver, const char *command);
