/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Time for a PD, from the generic timer (Arm DDI 0487, D11).
 */
#pragma once

#include <stdint.h>

/* Microseconds since some time before the PD began. */
uint64_t clock_now_us(void);

/* Lets the EL1 physical timer interrupt (PPI 30) in so many microseconds, once. For the PD that
 * owns it. */
void clock_wake_in_us(uint64_t us);

/* Makes it quiet, so that its interrupt can be armed again. */
void clock_quiet(void);
