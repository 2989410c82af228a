/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtual timer: how long after its compare value the handler runs, and what a tick costs.
 */
#include "dispatch.h"
#include "events.h"
#include "gic.h"
#include "measure.h"
#include "timer.h"

#define ROUNDS      64
#define LEAD        1000  /* ticks from programming to firing: longer than any path measured */
#define TICK_PERIOD 10000 /* ticks */
#define LOST_ROUNDS 8000000u

static volatile uint64_t handler_stamp;
static volatile uint64_t fired;
static uint64_t next_tick;

static void once(uint64_t stamp)
{
    sysreg_write(cntv_ctl_el0, 0);
    handler_stamp = stamp;
    fired = 1;
}

static void periodic(uint64_t stamp)
{
    handler_stamp = stamp;
    while (next_tick <= counter_read()) {
        next_tick += TICK_PERIOD;
    }
    sysreg_write(cntv_cval_el0, next_tick);
    fired++;
}

static uint64_t timer_start(void)
{
    fired = 0;
    uint64_t deadline = counter_read() + LEAD;
    sysreg_write(cntv_cval_el0, deadline);
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    return deadline;
}

/* The busy loop with and without ticks: the difference, per tick. */
static void lost_measure(void)
{
    uint64_t start = counter_read();
    busy_loop(LOST_ROUNDS);
    uint64_t quiet = counter_read() - start;

    dispatch_bind(IRQ_VTIMER, periodic);
    fired = 0;
    start = counter_read();
    next_tick = start + TICK_PERIOD;
    sysreg_write(cntv_cval_el0, next_tick);
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    busy_loop(LOST_ROUNDS);
    uint64_t ticking = counter_read() - start;
    sysreg_write(cntv_ctl_el0, 0);
    result_print("timer_lost", (ticking - quiet) * TICK_INSTRUCTIONS, fired);
}

void timer_measure(void)
{
    uint64_t sum = 0;
    dispatch_bind(IRQ_VTIMER, once);
    interrupts_unmask();
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        phase_set(phase);
        for (unsigned i = 0; i < ROUNDS; i++) {
            uint64_t deadline = timer_start();
            while (!fired) {
            }
            sum += handler_stamp - deadline;
        }
    }
    result_print("timer_to_handler", sum, ROUNDS);
    phase_set(0);
    lost_measure();
    interrupts_mask();
}

void wfi_measure(void)
{
    uint64_t to_handler = 0;
    uint64_t total = 0;
    dispatch_bind(IRQ_VTIMER, once);
    interrupts_unmask();
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        phase_set(phase);
        for (unsigned i = 0; i < ROUNDS;) {
            uint64_t deadline = timer_start();
            wait_for_interrupt();
            uint64_t end = counter_read();
            if (fired) { /* else WFI ended early, as it may: this round says nothing */
                to_handler += handler_stamp - deadline;
                total += end - deadline;
                i++;
            }
            while (!fired) {
            }
        }
    }
    interrupts_mask();
    phase_set(0);
    dispatch_unbind(IRQ_VTIMER);
    result_print("wfi_to_handler", to_handler, ROUNDS);
    result_print("wfi_total", total, ROUNDS);
}
