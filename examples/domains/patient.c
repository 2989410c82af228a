/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program of low priority in a domain of its own. It looks at the clock all the time: where the
 * clock jumps, the other domain had its slice of the schedule.
 */
#include <microkit.h>

#define SLICES_TO_SEE 5

/* The generic timer's counter and its frequency in Hz (Arm DDI 0487, D11). */
static uint64_t clock_ticks(void)
{
    uint64_t ticks;
    __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}

static uint64_t clock_frequency(void)
{
    uint64_t frequency;
    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency;
}

void init(void)
{
    const uint64_t ticks_per_ms = clock_frequency() / 1000;
    uint64_t last = clock_ticks();

    for (unsigned seen = 0; seen < SLICES_TO_SEE;) {
        uint64_t now = clock_ticks();
        if (now - last > ticks_per_ms) {
            seen++;
            microkit_dbg_puts("patient: away for ");
            microkit_dbg_put32((uint32_t)((now - last + ticks_per_ms / 2) / ticks_per_ms));
            microkit_dbg_puts(" ms\n");
            now = clock_ticks(); /* printing takes its time */
        }
        last = now;
    }
    microkit_dbg_puts("patient: seen enough\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
