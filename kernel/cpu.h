/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The state of one core. TPIDR_EL2 points to it, and the kernel's stack grows down from it.
 */
#pragma once

#include <stdint.h>

#include "ready.h"

struct manifest_schedule;

/* What a switch between threads does beside moving registers; nothing in most systems. */
#define SWITCH_COUNTS_TIME  1 /* charge the old thread, see whether the new one may run */
#define SWITCH_GUARDS_TIMER 2 /* let the owner of the physical timer in, and nobody else */
#define SWITCH_MEASURES     4 /* count cycles: usage.h */

struct cpu {
    struct thread *current;   /* whose registers are in the machine; offset 0 is known to entry.S */
    struct vcpu *loaded;      /* whose EL1, GIC and timer registers are in the machine */
    struct thread *fpu_owner; /* whose FP registers are in the machine */
    uint8_t on_switch;        /* SWITCH_* */
    bool has_limits;          /* budgets below their period, or domains */
    bool end_armed;           /* the kernel's timer ends the turn or budget of who runs */
    bool turn_over;           /* and it has fired */
    bool attention;           /* an interrupt ended a turn or blocked the current thread */
    uint8_t domain;           /* whose threads may run */
    struct budget *payer;     /* SWITCH_COUNTS_TIME: whose time passes, NULL while nobody runs */
    uint64_t since;           /* and from when on, in counter ticks */
    const struct manifest_schedule *schedule; /* of domains, `slot_count` slots */
    uint32_t slot_count;
    uint32_t slot;                     /* the one that is now */
    uint64_t slot_end;                 /* in counter ticks */
    const struct thread *ptimer_owner; /* SWITCH_GUARDS_TIMER */
    struct ready ready;
};
