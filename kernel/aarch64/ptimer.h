/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The EL1 physical timer as a device of a PD: who owns its interrupt (PPI 30) uses its registers
 * CNTP_*_EL0 from EL0. Other PDs fault on them, and guests find them trapped to their VMM; a
 * guest's virtual timer stays as it is.
 */
#pragma once

#include "compiler.h"
#include "cpu.h"

/* CNTKCTL_EL1 of the PD that runs, or runs next. */
extern uint64_t ptimer_cntkctl;

/* Finds out whether a PD owns interrupt `ptimer_irq`. Called when all interrupts have a route. */
RARE void ptimer_init(struct cpu *cpu, uint32_t ptimer_irq);

/* At a switch to `next`, where a PD owns the timer: lets it in and the others not. */
COLD void ptimer_guard(const struct cpu *cpu, const struct thread *next);
