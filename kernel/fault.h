/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains: a message to the parent, or the end of the PD and its story told.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

/* The current thread, a PD, faulted: sends the fault to its parent, or stops it. Returns who runs
 * next. */
COLD struct thread *fault_raise(struct cpu *cpu, struct fault fault);

/* Writes the message of the fault of `child` into the message page of `parent`. */
COLD void fault_write_message(struct pd *parent, struct pd *child);

/* The reply `msginfo` of `parent` to the fault of `child`: its words are registers of the child.
 * Returns whether the child goes on. */
COLD bool fault_read_reply(struct pd *child, const struct pd *parent, uint64_t msginfo);
