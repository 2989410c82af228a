/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * CNTHP, the EL2 physical timer. Arm ARM DDI 0487, D17.11.
 */
#include "arch.h"
#include "timer.h"

#define CNT_CTL_ENABLE 1ul

uint64_t timer_deadline = TIMER_NEVER;

/* Without an ISB the counter may be read early, but not before the exception that led here. */
uint64_t timer_now(void)
{
    return sysreg_read(cntpct_el0);
}

uint64_t timer_ticks(uint64_t microseconds)
{
    uint64_t hz = sysreg_read(cntfrq_el0);
    return microseconds / 1000000 * hz + microseconds % 1000000 * hz / 1000000;
}

void timer_move(uint64_t deadline)
{
    timer_deadline = deadline;
    sysreg_write(cnthp_cval_el2, deadline);
    sysreg_write(cnthp_ctl_el2, CNT_CTL_ENABLE);
}

void timer_stop(void)
{
    timer_deadline = TIMER_NEVER;
    sysreg_write(cnthp_ctl_el2, 0);
    arch_isb();
}
