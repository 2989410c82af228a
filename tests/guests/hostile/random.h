/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A pseudo-random sequence, the same in every run.
 */
#pragma once

#include <stdint.h>

/* Marsaglia's xorshift with 64 bits of state. */
static inline uint64_t random_next(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}
