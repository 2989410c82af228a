/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ready threads of a core, most urgent first, in order of arrival among equals. The first of
 * them stands apart (`first`), the others in a queue a priority: to give way to a more urgent
 * thread and to go on after it, which is what most entries of the kernel do, touches no queue.
 */
#pragma once

#include "list.h"

#define PRIORITY_COUNT 256

struct ready {
    struct thread *first;              /* the most urgent; NULL: nobody is ready */
    int32_t top;                       /* its priority, -1 without one */
    int32_t queue_top;                 /* the highest priority with a queue, -1 without one */
    uint32_t words;                    /* bit i: map[i] is not zero */
    uint64_t map[PRIORITY_COUNT / 64]; /* bit p: queue p is not empty */
    struct thread_list queues[PRIORITY_COUNT];
    struct thread_list parked; /* would be ready, but their time has not come */
};

/* What there is to do when `first` is not alone; the functions below decide. */
OUTLINE void ready_queue_prepend(struct ready *ready, struct thread *thread);
struct thread *ready_queue_pop(struct ready *ready);

static inline void ready_first_set(struct ready *ready, struct thread *thread)
{
    if (UNLIKELY(ready->first != NULL)) {
        ready_queue_prepend(ready, ready->first);
    }
    thread->is_queued = true;
    ready->first = thread;
    ready->top = thread->priority;
}

/* Adds `thread` behind those of its priority. */
OUTLINE void ready_append(struct ready *ready, struct thread *thread);

/* Adds `thread` before those of its priority. */
static inline void ready_prepend(struct ready *ready, struct thread *thread)
{
    if (LIKELY(thread->priority >= ready->top)) {
        ready_first_set(ready, thread);
    } else {
        ready_queue_prepend(ready, thread);
    }
}

/* Takes the most urgent thread, of which there must be one. */
static inline struct thread *ready_take(struct ready *ready)
{
    struct thread *thread = ready->first;

    thread->is_queued = false;
    if (LIKELY(ready->queue_top < 0)) {
        ready->first = NULL;
        ready->top = -1;
    } else {
        ready->first = ready_queue_pop(ready);
        ready->top = ready->first->priority;
    }
    return thread;
}

/* Puts `thread`, which is in no queue, aside, and back behind those of its priority. */
COLD void ready_park(struct ready *ready, struct thread *thread);
COLD void ready_unpark(struct ready *ready, struct thread *thread);

/* Takes `thread` out, if it is ready or put aside. */
COLD void ready_remove(struct ready *ready, struct thread *thread);
