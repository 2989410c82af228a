/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Counting instructions with a clock that only ticks every sixteen of them. Under `-icount shift=0`
 * an instruction is 1 ns and the counter runs at 62.5 MHz. Two ways lead to single instructions:
 *
 * - A moment that lies d instructions after a tick, read again with k = 0..15 instructions put
 * before the reading: the sum of floor((d + k) / 16) over k is d.
 * - Between two moments with no fixed phase, the mean of the readings' difference over many rounds
 *   whose phase is spread evenly.
 */
#pragma once

#include <stdint.h>

#define TICK_INSTRUCTIONS 16
#define PHASE_COUNT       16

/* Takes the vector table that stamps interrupts `phase` instructions late. */
void phase_set(unsigned phase);

/* Runs exactly 2 * `rounds` instructions, and a few to call it. */
void busy_loop(uint64_t rounds);

/* Prints one result: `sum` divided by `count`, rounded. */
void result_print(const char *key, uint64_t sum, uint64_t count);
