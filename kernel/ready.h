/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ready threads of a core in the order in which they will run: most urgent first, in order of
 * arrival among equals. To give way to a more urgent thread and to go on after it, which is what
 * most entries of the kernel do, is a matter of the list's head. Any other place is looked for from
 * there: a system has few threads, and of them few are ready.
 */
#pragma once

#include "list.h"

struct ready {
    struct thread *first;      /* linked by `next`; NULL: nobody is ready */
    int32_t top;               /* its priority, -1 without one */
    struct thread_list parked; /* would be ready, but their time has not come */
};

/* Adds `thread`, which is more urgent than the ready ones or has given way to one that was. */
static inline void ready_push(struct ready *ready, struct thread *thread)
{
    thread->next = ready->first;
    ready->first = thread;
    ready->top = thread->priority;
}

/* Adds `thread` behind those of `priority` and above, which is its own or one more. */
OUTLINE void ready_insert(struct ready *ready, struct thread *thread, int32_t priority);

/* Adds `thread` behind those of its priority. */
static inline void ready_append(struct ready *ready, struct thread *thread)
{
    ready_insert(ready, thread, thread->priority);
}

/* Adds `thread` before those of its priority. */
static inline void ready_prepend(struct ready *ready, struct thread *thread)
{
    if (LIKELY(thread->priority >= ready->top)) {
        ready_push(ready, thread);
    } else {
        ready_insert(ready, thread, thread->priority + 1);
    }
}

/* Takes the most urgent thread, of which there must be one. */
static inline struct thread *ready_take(struct ready *ready)
{
    struct thread *thread = ready->first;

    ready->first = thread->next;
    ready->top = ready->first != NULL ? ready->first->priority : -1;
    return thread;
}

/* Whether the most urgent thread, of which there must be one, has no equal. */
static inline bool ready_is_alone(const struct ready *ready)
{
    const struct thread *second = ready->first->next;
    return second == NULL || second->priority < ready->top;
}

/* Puts `thread`, which is not ready, aside, and back behind those of its priority. */
COLD void ready_park(struct ready *ready, struct thread *thread);
COLD void ready_unpark(struct ready *ready, struct thread *thread);

/* Takes `thread` out, if it is ready or put aside. */
COLD void ready_remove(struct ready *ready, struct thread *thread);
