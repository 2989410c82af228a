/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cases that driver VMs on all boards share, for the tables of cases.h, and what such cases are
 * made of. The guest is at its shell's prompt, but for the first.
 */
#pragma once

#include "cases.h"
#include "driver_vm_machine.h"

/* How long a command in the guest's shell may take. */
#define DRIVER_VM_SHELL_SECONDS 20

/* Linux boots, its devices pass their checks, and there is a prompt. */
bool driver_vm_becomes_ready(struct machine *machine);

bool driver_vm_shell_answers(struct machine *machine);

/* Ctrl-C ends a program, not the shell. */
bool driver_vm_interrupt_key_reaches_shell(struct machine *machine);

/* The guest's clocks run at the host's pace. */
bool driver_vm_time_passes(struct machine *machine);

/* No warnings, no interrupt that nobody wants, nothing that waits for ever. */
bool driver_vm_linux_is_content(struct machine *machine);

/* The interrupts that a driver has taken; -1 if that cannot be found out. */
long driver_vm_interrupts(struct machine *machine, const char *driver);

/* True when the driver has taken at least one interrupt more than `before`: by itself, or with a
 * command that makes its device raise one. */
bool driver_vm_interrupts_grow(struct machine *machine, const char *driver, long before);
bool driver_vm_interrupts_grow_with(struct machine *machine, const char *driver,
                                    const char *command);
