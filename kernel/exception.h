/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What entry.S calls. Each handler returns the thread to run; the same one if nothing changed.
 */
#pragma once

#include "cpu.h"

struct thread *exception_sync(struct cpu *cpu, uint64_t esr);
struct thread *exception_irq(struct cpu *cpu, uint64_t esr);
struct thread *exception_serror(struct cpu *cpu, uint64_t esr);

/* An exception inside the kernel: says so and stops the machine. */
_Noreturn void exception_own(uint64_t esr, uint64_t pc, uint64_t far);

/* System call `number` of the current PD. */
struct thread *syscall_handle(struct cpu *cpu, struct pd *pd, uint64_t number);
