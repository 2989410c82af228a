/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Spreading measurements evenly over the sixteen instructions of a counter tick.
 */
#pragma once

#include <stdint.h>

/* Spends 0..15 instructions more than the shortest call, pseudo-randomly and evenly. */
static inline void phase_spread(void)
{
    static uint32_t state = 1;
    state = state * 1664525 + 1013904223; /* a full-period generator; its high bits are good */
    uint64_t target;
    __asm__ volatile("adr  %0, 1f\n"
                     "add  %0, %0, %1, lsl #2\n"
                     "br   %0\n"
                     "1:\n"
                     ".rept 15\n"
                     "nop\n"
                     ".endr\n"
                     : "=&r"(target)
                     : "r"((uint64_t)(state >> 28)));
}
