/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's one timer: the physical timer of EL2. Times are values of the physical counter.
 */
#pragma once

#include <stdint.h>

#include "compiler.h"

#define TIMER_NEVER UINT64_MAX

uint64_t timer_now(void);

/* Counter ticks of `microseconds`. */
COLD uint64_t timer_ticks(uint64_t microseconds);

/* Lets the timer fire at `deadline`, unless it is set for an earlier time. */
void timer_set(uint64_t deadline);

/* Stops the timer after it has fired. */
void timer_stop(void);
