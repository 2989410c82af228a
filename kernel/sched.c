/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ready queues and the choice of who runs. See sched.h.
 */
#include "sched.h"

#include "arch.h"
#include "irq.h"
#include "timer.h"

/* The last thread of priority ready_top, or of a lower one, has left. */
static void ready_emptied(struct cpu *cpu, unsigned priority)
{
    unsigned word = priority / 64;

    cpu->ready_map[word] &= ~(1ull << priority % 64);
    if (cpu->ready_map[word] == 0) {
        cpu->ready_words &= ~(1u << word);
    }
    if (cpu->ready_words == 0) {
        cpu->ready_top = -1;
        return;
    }
    unsigned top_word = 31 - (unsigned)__builtin_clz(cpu->ready_words);
    cpu->ready_top = (int32_t)(top_word * 64 + 63) - __builtin_clzll(cpu->ready_map[top_word]);
}

static void ready_added(struct cpu *cpu, struct thread *thread)
{
    unsigned priority = thread->priority;
    thread->is_queued = true;
    cpu->ready_words |= 1u << priority / 64;
    cpu->ready_map[priority / 64] |= 1ull << priority % 64;
    if ((int32_t)priority > cpu->ready_top) {
        cpu->ready_top = (int32_t)priority;
    }
}

void sched_enqueue(struct cpu *cpu, struct thread *thread)
{
    struct ready_queue *queue = &cpu->ready[thread->priority];

    thread->next = NULL;
    thread->previous = queue->tail;
    if (queue->tail != NULL) {
        queue->tail->next = thread;
    } else {
        queue->head = thread;
    }
    queue->tail = thread;
    ready_added(cpu, thread);
}

/* A thread that was preempted keeps its place: in front. */
static void ready_push(struct cpu *cpu, struct thread *thread)
{
    struct ready_queue *queue = &cpu->ready[thread->priority];

    thread->previous = NULL;
    thread->next = queue->head;
    if (queue->head != NULL) {
        queue->head->previous = thread;
    } else {
        queue->tail = thread;
    }
    queue->head = thread;
    ready_added(cpu, thread);
}

void sched_dequeue(struct cpu *cpu, struct thread *thread)
{
    unsigned priority = thread->priority;
    struct ready_queue *queue = &cpu->ready[priority];

    if (!thread->is_queued) {
        return;
    }
    thread->is_queued = false;
    if (thread->previous != NULL) {
        thread->previous->next = thread->next;
    } else {
        queue->head = thread->next;
    }
    if (thread->next != NULL) {
        thread->next->previous = thread->previous;
    } else {
        queue->tail = thread->previous;
    }
    if (queue->head == NULL) {
        ready_emptied(cpu, priority);
    }
}

/* Takes the first of the most urgent. */
static struct thread *ready_pop(struct cpu *cpu)
{
    unsigned priority = (unsigned)cpu->ready_top;
    struct ready_queue *queue = &cpu->ready[priority];
    struct thread *thread = queue->head;

    thread->is_queued = false;
    queue->head = thread->next;
    if (queue->head != NULL) {
        queue->head->previous = NULL;
        return thread;
    }
    queue->tail = NULL;
    ready_emptied(cpu, priority);
    return thread;
}

/* The timer is set once equals wait, and left alone until it fires. */
static void slice_arm(struct cpu *cpu, const struct thread *running)
{
    if (!cpu->slice_armed && cpu->ready_top == running->priority) {
        cpu->slice_armed = true;
        timer_set(timer_now() + running->budget);
    }
}

struct thread *sched_wake_slow(struct cpu *cpu, struct thread *woken)
{
    struct thread *current = cpu->current;

    if (woken->priority > current->priority) {
        ready_push(cpu, current);
        return woken;
    }
    sched_enqueue(cpu, woken);
    slice_arm(cpu, current);
    return current;
}

struct thread *sched_block_slow(struct cpu *cpu, struct thread *woken)
{
    for (;;) {
        if (woken != NULL) {
            if (woken->priority > cpu->ready_top) {
                return woken;
            }
            sched_enqueue(cpu, woken);
        }
        if (cpu->ready_top >= 0) {
            struct thread *next = ready_pop(cpu);
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
    if (slice_over && next == cpu->current && cpu->ready_top >= next->priority) {
        sched_enqueue(cpu, next);
        return sched_block(cpu, NULL);
    }
    return next;
}
