/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The choice of who runs. See sched.h.
 */
#include "sched.h"

#include "arch.h"
#include "budget.h"
#include "domain.h"
#include "irq.h"
#include "timer.h"
#include "usage.h"

static bool counts_time(const struct cpu *cpu)
{
    return (cpu->on_switch & SWITCH_COUNTS_TIME) != 0;
}

static void charge(struct cpu *cpu, uint64_t now)
{
    if (cpu->payer != NULL) {
        budget_charge(cpu->payer, cpu->since, now);
    }
}

/* From now on time is counted, if it is not already, and `running` pays for it; the timer ends its
 * turn. */
OUTLINE static void turn_begin(struct cpu *cpu, struct thread *running)
{
    uint64_t now = timer_now();

    if (counts_time(cpu)) {
        charge(cpu, now);
    }
    cpu->on_switch |= SWITCH_COUNTS_TIME;
    cpu->payer = running->payer;
    cpu->since = now;
    cpu->end_armed = true;
    timer_set(now + cpu->payer->amount);
}

/* Once equals wait, the turn of `running` has an end. */
static void turn_limit(struct cpu *cpu, struct thread *running)
{
    if (cpu->ready.top == running->priority && !cpu->end_armed) {
        turn_begin(cpu, running);
    }
}

/* Waits for an interrupt. Returns a thread that woke, or NULL. */
static struct thread *idle(struct cpu *cpu)
{
    if (counts_time(cpu)) {
        charge(cpu, timer_now());
        cpu->payer = NULL;
        cpu->end_armed = false;
    }
    usage_sleep(cpu);
    arch_wait_for_interrupt();
    usage_wake();
    struct thread *woken = irq_handle(cpu);
    cpu->attention = false;
    cpu->turn_over = false;
    return woken;
}

/* Takes the most urgent of `woken` (NULL: nobody) and the ready threads, as soon as there is one.
 * Among equals, who wakes in the middle of its turn goes on with it: a vCPU whose trap has been
 * answered does not stand in line again for it. */
static struct thread *pick(struct cpu *cpu, struct thread *woken)
{
    for (;;) {
        if (woken != NULL) {
            if (woken->priority > cpu->ready.top ||
                (woken->priority == cpu->ready.top && budget_has_begun(woken->payer))) {
                return woken;
            }
            ready_append(&cpu->ready, woken);
        }
        if (cpu->ready.top >= 0) {
            return ready_take(&cpu->ready);
        }
        woken = idle(cpu);
    }
}

struct thread *sched_wake_slow(struct cpu *cpu, struct thread *woken)
{
    struct thread *current = cpu->current;

    if (woken->priority > current->priority) {
        bool has_equal = woken->priority == cpu->ready.top; /* which woke with it */
        ready_prepend(&cpu->ready, current);
        return UNLIKELY(has_equal) ? sched_block_slow(cpu, woken) : woken;
    }
    if (LIKELY(woken->priority > cpu->ready.top)) {
        ready_push(&cpu->ready, woken);
    } else {
        ready_append(&cpu->ready, woken);
    }
    turn_limit(cpu, current);
    return current;
}

struct thread *sched_block_slow(struct cpu *cpu, struct thread *woken)
{
    struct thread *next = pick(cpu, woken);

    if (!counts_time(cpu) && cpu->ready.top == next->priority) {
        /* Its turn begins with the switch to it: what is left of it may be less than the way there,
         * and would be given to it anew. */
        cpu->on_switch |= SWITCH_COUNTS_TIME;
        cpu->payer = NULL;
    }
    if (counts_time(cpu) && UNLIKELY(next == cpu->current)) {
        return sched_admit(cpu, next); /* there will be no switch */
    }
    return next;
}

struct thread *sched_both_slow(struct cpu *cpu, struct thread *first, struct thread *second)
{
    bool is_first = second->priority < first->priority ||
                    (second->priority == first->priority && budget_has_begun(first->payer));
    struct thread *other = is_first ? second : first;

    if (budget_has_begun(other->payer)) {
        ready_prepend(&cpu->ready, other);
    } else {
        ready_append(&cpu->ready, other);
    }
    return is_first ? first : second;
}

/* ---- Limits ---- */

static bool may_run(const struct cpu *cpu, struct thread *thread, uint64_t now)
{
    return thread->domain == cpu->domain && budget_is_usable(thread->payer, now);
}

/* Whether `next` goes on with the budget that is in use: a server on its caller's time. */
static bool goes_on(const struct cpu *cpu, const struct thread *next, uint64_t now)
{
    return next->payer == cpu->payer && next->domain == cpu->domain &&
           now < cpu->since + cpu->payer->amount;
}

/* sched_admit() where not everybody may run: puts threads aside until one is picked that may. */
COLD static struct thread *admit_limited(struct cpu *cpu, struct thread *next)
{
    if (!goes_on(cpu, next, timer_now())) {
        charge(cpu, timer_now());
        cpu->payer = NULL;
        while (!may_run(cpu, next, timer_now())) {
            ready_park(&cpu->ready, next);
            if (next->domain == cpu->domain) {
                timer_set(budget_due(next->payer));
            }
            next = pick(cpu, NULL);
        }
        cpu->payer = next->payer;
        cpu->since = timer_now();
    }
    cpu->end_armed = cpu->ready.top == next->priority || cpu->payer->period != 0;
    if (cpu->end_armed) {
        timer_set(cpu->since + cpu->payer->amount);
    }
    return next;
}

struct thread *sched_admit(struct cpu *cpu, struct thread *next)
{
    if (UNLIKELY(cpu->has_limits)) {
        return admit_limited(cpu, next);
    }
    uint64_t now = timer_now();
    if (LIKELY(cpu->payer != NULL)) {
        budget_charge_turn(cpu->payer, now - cpu->since);
    }
    cpu->payer = next->payer;
    cpu->since = now;
    cpu->end_armed = true;
    timer_set(now + cpu->payer->amount);
    return next;
}

static void limits_expire(struct cpu *cpu, uint64_t now)
{
    struct thread *next;

    if (domain_advance(cpu, now)) {
        cpu->attention = true;
    }
    for (struct thread *thread = cpu->ready.parked.head; thread != NULL; thread = next) {
        next = thread->next;
        if (may_run(cpu, thread, now)) {
            ready_unpark(&cpu->ready, thread);
            cpu->attention = true;
        } else if (thread->domain == cpu->domain) {
            timer_set(budget_due(thread->payer));
        }
    }
}

void sched_expire(struct cpu *cpu)
{
    uint64_t now = timer_now();

    if (cpu->has_limits) {
        limits_expire(cpu, now);
    } else if (!cpu->end_armed || cpu->ready.top < cpu->current->priority) {
        charge(cpu, now);
        cpu->payer = NULL;
        cpu->on_switch &= (uint8_t)~SWITCH_COUNTS_TIME;
        cpu->end_armed = false;
    }
    if (cpu->end_armed) {
        uint64_t end = cpu->since + cpu->payer->amount;
        cpu->turn_over = now >= end;
        cpu->attention = cpu->attention || cpu->turn_over;
        timer_set(cpu->turn_over ? TIMER_NEVER : end);
    }
}

struct thread *sched_attend(struct cpu *cpu, struct thread *woken)
{
    struct thread *current = cpu->current;

    if (current->state == THREAD_READY) {
        if (cpu->turn_over) {
            ready_append(&cpu->ready, current);
        } else {
            ready_prepend(&cpu->ready, current);
        }
    }
    cpu->attention = false;
    cpu->turn_over = false;
    return sched_block_slow(cpu, woken);
}
