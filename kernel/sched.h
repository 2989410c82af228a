/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fixed-priority scheduling. The running thread is not among the ready ones. Time is counted only
 * where it matters: while threads of one priority take turns, or always if there are budgets below
 * their period, or domains. In any other case no timer runs.
 */
#pragma once

#include "budget.h"
#include "compiler.h"
#include "cpu.h"

/* What runs next while the current thread can go on: `woken` (NULL: nobody) if it is more urgent.
 */
struct thread *sched_wake_slow(struct cpu *cpu, struct thread *woken);

static inline struct thread *sched_wake(struct cpu *cpu, struct thread *woken)
{
    return woken == NULL ? cpu->current : sched_wake_slow(cpu, woken);
}

/* What runs next now that the current thread is blocked: the most urgent of `woken` (NULL: nobody)
 * and the ready ones. Waits for an interrupt if there is nobody. */
struct thread *sched_block_slow(struct cpu *cpu, struct thread *woken);

static inline struct thread *sched_block(struct cpu *cpu, struct thread *woken)
{
    if (woken != NULL) {
        if (LIKELY(woken->priority > cpu->ready.top)) {
            return woken;
        }
    } else if (LIKELY(cpu->ready.first != NULL && ready_is_alone(&cpu->ready))) {
        return ready_take(&cpu->ready);
    }
    return sched_block_slow(cpu, woken);
}

/* Of two threads that woke the more urgent stays in hand, and the other is queued. Of equals the
 * first is, so that it stands before the second when that is woken, unless it is in the middle of
 * its turn. Who is queued in the middle of its turn is the next of its priority: a vCPU whose trap
 * has been answered goes on with it, whoever its VMM notified meanwhile. */
OUTLINE struct thread *sched_both_slow(struct cpu *cpu, struct thread *first,
                                       struct thread *second);

/* The same; NULL: none. */
static inline struct thread *sched_both(struct cpu *cpu, struct thread *first,
                                        struct thread *second)
{
    if (LIKELY(first == NULL || second == NULL)) {
        return first != NULL ? first : second;
    }
    return sched_both_slow(cpu, first, second);
}

/* Not everybody may run at any time: time is counted from now on. */
static inline void sched_limit(struct cpu *cpu)
{
    cpu->has_limits = true;
    cpu->on_switch |= SWITCH_COUNTS_TIME;
}

/* At a switch to `next` while time is counted: charges who ran until now. Returns who runs: `next`,
 * or another while its budget is used up or its domain has not come. */
__attribute__((noinline)) struct thread *sched_admit(struct cpu *cpu, struct thread *next);

/* The kernel's timer fired: ends turns, budgets and slots of the schedule that are over, and brings
 * back who may run again. */
COLD void sched_expire(struct cpu *cpu);

/* What runs next after an interrupt that set cpu->attention, or when the time that the current
 * thread uses has become another's. */
COLD struct thread *sched_attend(struct cpu *cpu, struct thread *woken);
