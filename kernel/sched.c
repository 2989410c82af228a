/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The choice of who runs. See sched.h.
 */
#include "sched.h"

#include "arch.h"
#include "irq.h"
#include "timer.h"

/* The timer is set once equals wait, and left alone until it fires. */
static void slice_arm(struct cpu *cpu, const struct thread *running)
{
    if (!cpu->slice_armed && cpu->ready.top == running->priority) {
        cpu->slice_armed = true;
        cpu->slice_end = timer_now() + running->budget;
        timer_set(cpu->slice_end);
    }
}

struct thread *sched_wake_slow(struct cpu *cpu, struct thread *woken)
{
    struct thread *current = cpu->current;

    if (woken->priority > current->priority) {
        ready_prepend(&cpu->ready, current);
        return woken;
    }
    if (LIKELY(woken->priority > cpu->ready.top)) {
        ready_first_set(&cpu->ready, woken);
    } else {
        ready_append(&cpu->ready, woken);
    }
    slice_arm(cpu, current);
    return current;
}

struct thread *sched_block_slow(struct cpu *cpu, struct thread *woken)
{
    for (;;) {
        if (woken != NULL) {
            if (woken->priority > cpu->ready.top) {
                return woken;
            }
            ready_append(&cpu->ready, woken);
        }
        if (cpu->ready.top >= 0) {
            struct thread *next = ready_take(&cpu->ready);
            slice_arm(cpu, next);
            return next;
        }
        arch_wait_for_interrupt();
        woken = irq_handle(cpu);
        cpu->attention = false;
        cpu->slice_over = false;
    }
}

void sched_slice_over(struct cpu *cpu)
{
    if (cpu->slice_armed && timer_now() < cpu->slice_end) {
        timer_set(cpu->slice_end); /* it fired for somebody else */
        return;
    }
    cpu->slice_over = cpu->slice_armed;
    cpu->slice_armed = false;
    cpu->attention = cpu->attention || cpu->slice_over;
}

struct thread *sched_attend(struct cpu *cpu, struct thread *woken)
{
    bool slice_over = cpu->slice_over;

    cpu->attention = false;
    cpu->slice_over = false;
    if (cpu->current->state != THREAD_READY) {
        return sched_block(cpu, woken);
    }
    struct thread *next = sched_wake(cpu, woken);
    if (slice_over && next == cpu->current && cpu->ready.top >= next->priority) {
        ready_append(&cpu->ready, next);
        return sched_block(cpu, NULL);
    }
    return next;
}
