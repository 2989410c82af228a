/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The most urgent program: it lets the others run for a time that it measures with the physical
 * timer, and then prints their statistics. Times are counter ticks after its own start.
 *     sched begin TICKS      and after that time, for each of them,
 *     sched total NAME TICKS
 *     sched run NAME START END
 *     sched end
 */
#include <microkit.h>

#include "stats.h"

#define TIMER_CHANNEL 0
#define WINDOW_TICKS  (200 * 62500) /* 200 ms */

uintptr_t a_vaddr, b_vaddr, c_vaddr; /* of statistics; 0: there are none */

static uint64_t start;

static void timer_set(uint64_t control, uint64_t deadline)
{
    __asm__ volatile("msr cntp_cval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb"
                     :
                     : "r"(deadline), "r"(control));
}

static void number_print(uint64_t value)
{
    microkit_dbg_puts(" ");
    microkit_dbg_put32((uint32_t)value);
}

static void stats_print(const char *name, uintptr_t vaddr)
{
    const struct stats *stats = (const struct stats *)vaddr;

    if (vaddr == 0) {
        return;
    }
    microkit_dbg_puts("sched total ");
    microkit_dbg_puts(name);
    number_print(stats->total);
    if (stats->is_full != 0) {
        microkit_dbg_puts("\nsched wrong: more runs than can be recorded");
    }
    for (uint64_t i = 0; i < stats->run_count; i++) {
        microkit_dbg_puts("\nsched run ");
        microkit_dbg_puts(name);
        number_print(stats->runs[i].start - start);
        number_print(stats->runs[i].end - start);
    }
    microkit_dbg_puts("\n");
}

void init(void)
{
    start = counter_read();
    timer_set(1, start + WINDOW_TICKS);
}

void notified(microkit_channel ch)
{
    (void)ch;
    timer_set(0, 0);
    microkit_irq_ack(TIMER_CHANNEL);
    microkit_dbg_puts("sched begin");
    number_print(WINDOW_TICKS);
    microkit_dbg_puts("\n");
    stats_print("a", a_vaddr);
    stats_print("b", b_vaddr);
    stats_print("c", c_vaddr);
    microkit_dbg_puts("sched end\n");
}
