/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Time for a PD, see clock.h. Registers: Arm DDI 0487, D17.8.
 */
#include "clock.h"

#define CTL_ENABLE 1 /* CNTP_CTL_EL0 */

static uint64_t frequency(void)
{
    uint64_t hz;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
    return hz;
}

uint64_t clock_now_us(void)
{
    uint64_t count;
    uint64_t hz = frequency();
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count)::"memory");
    return count / hz * 1000000 + count % hz * 1000000 / hz;
}

void clock_wake_in_us(uint64_t us)
{
    uint64_t ticks = us * frequency() / 1000000;
    __asm__ volatile("msr cntp_tval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb" ::"r"(ticks),
                     "r"((uint64_t)CTL_ENABLE));
}

void clock_quiet(void)
{
    __asm__ volatile("msr cntp_ctl_el0, %0\n\tisb" ::"r"(0ul));
}
