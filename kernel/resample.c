/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See resample.h.
 */
#include "resample.h"

#include "timer.h"
#include "virq.h"

uint64_t resample_due_in;
static uint64_t period;

void resample_init(uint64_t microseconds)
{
    period = timer_ticks(microseconds);
    resample_due_in = period;
}

void resample_arm(void)
{
    timer_set(timer_now() + period);
    resample_due_in = 0;
}

void resample_expire(const struct cpu *cpu)
{
    resample_due_in = period;
    if (period != 0 && cpu->loaded != NULL && !virq_is_idle(cpu->loaded)) {
        resample_arm();
    }
}
