/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The state of one core. TPIDR_EL2 points to it, and the kernel's stack grows down from it.
 */
#pragma once

#include <stdint.h>

#include "thread.h"

#define PRIORITY_COUNT 256

struct ready_queue {
    struct thread *head;
    struct thread *tail;
};

struct cpu {
    struct thread *current;   /* whose registers are in the machine; offset 0 is known to entry.S */
    struct vcpu *loaded;      /* whose EL1, GIC and timer registers are in the machine */
    struct thread *fpu_owner; /* whose FP registers are in the machine */
    int32_t ready_top;        /* highest priority in the ready queues, -1 if they are empty */
    bool slice_armed;         /* the kernel's timer runs for a turn among equals */
    bool slice_over;          /* and it has fired */
    bool attention;           /* an interrupt ended a turn or blocked the current thread */
    uint32_t ready_words;     /* bit i: ready_map[i] is not zero */
    uint64_t ready_map[PRIORITY_COUNT / 64]; /* bit p: somebody of priority p is ready */
    struct ready_queue ready[PRIORITY_COUNT];
};
