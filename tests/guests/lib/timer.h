/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The generic timer (DDI 0487 D11): the virtual counter and the virtual timer.
 */
#pragma once

#include <stdint.h>

#include "io.h"

#define TIMER_ENABLE  1u /* CNTx_CTL */
#define TIMER_IMASK   2u
#define TIMER_ISTATUS 4u

static inline uint64_t counter_read(void)
{
    return sysreg_read(cntvct_el0);
}
