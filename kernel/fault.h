/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains: a message to the parent, or the end of the PD and its story told.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

/* What the current PD did that it may not. Written before fault_raise(). */
struct fault {
    uint64_t label; /* FAULT_* */
    uint64_t esr;
    uint64_t address; /* VA, aborts only */
};

/* The current thread, a PD, faulted: sends the fault to its parent, or stops it. Returns who runs
 * next. */
COLD struct thread *fault_raise(struct cpu *cpu, struct fault fault);

/* Writes the message of a fault of `child` into the message page of `parent`. */
COLD void fault_write_message(struct pd *parent, const struct pd *child);
