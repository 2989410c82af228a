/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The domain schedule: slots of time, run in turn for ever, in each of which only the threads of
 * one domain run.
 */
#pragma once

#include "compiler.h"
#include "cpu.h"
#include "drover/manifest.h"

/* Begins with the first slot of the manifest's schedule, if it has one. */
RARE void domain_init(struct cpu *cpu, const struct manifest *manifest);

/* Goes on to the slot of `now`, in counter ticks, and sets the timer for its end. Returns whether
 * that is another one. */
COLD bool domain_advance(struct cpu *cpu, uint64_t now);
