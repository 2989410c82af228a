/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The state of one core. TPIDR_EL2 points to it, and the kernel's stack grows down from it.
 */
#pragma once

#include <stdint.h>

#include "ready.h"

struct cpu {
    struct thread *current;   /* whose registers are in the machine; offset 0 is known to entry.S */
    struct vcpu *loaded;      /* whose EL1, GIC and timer registers are in the machine */
    struct thread *fpu_owner; /* whose FP registers are in the machine */
    uint64_t slice_end;       /* when that turn is over, in counter ticks */
    bool slice_armed;         /* the kernel's timer runs for a turn among equals */
    bool slice_over;          /* and it has fired */
    bool attention;           /* an interrupt ended a turn or blocked the current thread */
    struct ready ready;
};
