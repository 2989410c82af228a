/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * When programs run, as they see it themselves: who reads the counter all the time notices each
 * gap. Programs that run on one budget share their statistics, and so count as one.
 */
#pragma once

#include <stdint.h>

#define RUN_MAX   200
#define GAP_TICKS 625 /* 10 us at 62.5 MHz: longer is a gap, shorter the kernel's work */

struct stats {
    uint64_t total; /* counter ticks in which the programs ran */
    uint64_t last;  /* when one of them ran last */
    uint64_t run_count;
    uint64_t is_full; /* there were more runs than can be recorded */
    struct {
        uint64_t start, end;
    } runs[RUN_MAX];
};

static inline uint64_t counter_read(void)
{
    uint64_t value;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value));
    return value;
}

/* The program runs now. */
static inline void stats_tick(volatile struct stats *stats)
{
    uint64_t now = counter_read();

    if (stats->run_count != 0 && now - stats->last <= GAP_TICKS) {
        stats->total += now - stats->last;
    } else if (stats->run_count == RUN_MAX) {
        stats->is_full = 1;
    } else {
        stats->runs[stats->run_count++].start = now;
    }
    if (stats->is_full == 0) {
        stats->runs[stats->run_count - 1].end = now;
    }
    stats->last = now;
}

/* Runs for `ticks`, gaps not counted. */
static inline void stats_spin(volatile struct stats *stats, uint64_t ticks)
{
    for (uint64_t end = stats->total + ticks; stats->total < end;) {
        stats_tick(stats);
    }
}
