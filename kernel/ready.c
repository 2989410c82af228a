/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The queues behind the first of the ready threads. See ready.h.
 */
#include "ready.h"

static void queue_filled(struct ready *ready, struct thread *thread)
{
    unsigned priority = thread->priority;

    thread->is_queued = true;
    ready->words |= 1u << priority / 64;
    ready->map[priority / 64] |= 1ull << priority % 64;
    if ((int32_t)priority > ready->queue_top) {
        ready->queue_top = (int32_t)priority;
    }
}

static void queue_emptied(struct ready *ready, unsigned priority)
{
    unsigned word = priority / 64;

    ready->map[word] &= ~(1ull << priority % 64);
    if (ready->map[word] == 0) {
        ready->words &= ~(1u << word);
    }
    if (ready->words == 0) {
        ready->queue_top = -1;
        return;
    }
    unsigned top_word = 31 - (unsigned)__builtin_clz(ready->words);
    ready->queue_top = (int32_t)(top_word * 64 + 63) - __builtin_clzll(ready->map[top_word]);
}

static void queue_append(struct ready *ready, struct thread *thread)
{
    list_append(&ready->queues[thread->priority], thread);
    queue_filled(ready, thread);
}

void ready_queue_prepend(struct ready *ready, struct thread *thread)
{
    list_prepend(&ready->queues[thread->priority], thread);
    queue_filled(ready, thread);
}

static void queue_remove(struct ready *ready, struct thread *thread)
{
    struct thread_list *queue = &ready->queues[thread->priority];

    thread->is_queued = false;
    list_remove(queue, thread);
    if (queue->head == NULL) {
        queue_emptied(ready, thread->priority);
    }
}

struct thread *ready_queue_pop(struct ready *ready)
{
    unsigned priority = (unsigned)ready->queue_top;
    struct thread_list *queue = &ready->queues[priority];
    struct thread *thread = queue->head;

    queue->head = thread->next;
    if (queue->head != NULL) {
        queue->head->previous = NULL;
    } else {
        queue->tail = NULL;
        queue_emptied(ready, priority);
    }
    return thread;
}

void ready_append(struct ready *ready, struct thread *thread)
{
    if (thread->priority > ready->top) {
        ready_first_set(ready, thread);
    } else {
        queue_append(ready, thread);
    }
}

void ready_park(struct ready *ready, struct thread *thread)
{
    list_append(&ready->parked, thread);
    thread->is_parked = true;
}

void ready_unpark(struct ready *ready, struct thread *thread)
{
    list_remove(&ready->parked, thread);
    thread->is_parked = false;
    ready_append(ready, thread);
}

void ready_remove(struct ready *ready, struct thread *thread)
{
    if (thread == ready->first) {
        ready_take(ready);
    } else if (thread->is_queued) {
        queue_remove(ready, thread);
    } else if (thread->is_parked) {
        list_remove(&ready->parked, thread);
        thread->is_parked = false;
    }
}
