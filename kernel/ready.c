/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The places behind the first of the ready threads. See ready.h.
 */
#include "ready.h"

void ready_insert(struct ready *ready, struct thread *thread, int32_t priority)
{
    struct thread **at = &ready->first;

    while (*at != NULL && (*at)->priority >= priority) {
        at = &(*at)->next;
    }
    thread->next = *at;
    *at = thread;
    ready->top = ready->first->priority;
}

void ready_park(struct ready *ready, struct thread *thread)
{
    list_append(&ready->parked, thread);
    thread->is_parked = true;
}

static void parked_take(struct ready *ready, struct thread *thread)
{
    list_remove(&ready->parked, thread);
    thread->is_parked = false;
}

void ready_unpark(struct ready *ready, struct thread *thread)
{
    parked_take(ready, thread);
    ready_append(ready, thread);
}

void ready_remove(struct ready *ready, struct thread *thread)
{
    struct thread **at = &ready->first;

    if (thread->is_parked) {
        parked_take(ready, thread);
        return;
    }
    while (*at != NULL && *at != thread) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = thread->next;
        ready->top = ready->first != NULL ? ready->first->priority : -1;
    }
}
