/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's one timer: the physical timer of EL2. Times are values of the physical counter.
 */
#pragma once

#include <stdint.h>

#include "compiler.h"

#define TIMER_NEVER UINT64_MAX

/* The time, or one a little earlier, but not before the kernel was entered. */
uint64_t timer_now(void);

/* Counter ticks of `microseconds`. */
COLD uint64_t timer_ticks(uint64_t microseconds);

/* When the timer will fire. */
extern uint64_t timer_deadline;

/* Lets it fire at `deadline` and at no other time. */
COLD void timer_move(uint64_t deadline);

/* Lets the timer fire at `deadline`, unless it is set for an earlier time. */
static inline void timer_set(uint64_t deadline)
{
    if (UNLIKELY(deadline < timer_deadline)) {
        timer_move(deadline);
    }
}

/* Stops the timer after it has fired. */
void timer_stop(void);
