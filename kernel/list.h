/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Threads in order: senders of a PD, and those whose time to run has not come. A
 * thread is in one list at most.
 */
#pragma once

#include "compiler.h"
#include "thread.h"

struct thread_list {
    struct thread *head;
    struct thread *tail;
};

static inline void list_append(struct thread_list *list, struct thread *thread)
{
    thread->next = NULL;
    thread->previous = list->tail;
    if (list->tail != NULL) {
        list->tail->next = thread;
    } else {
        list->head = thread;
    }
    list->tail = thread;
}

/* Takes `thread`, which is in the list, out of it. */
OUTLINE void list_remove(struct thread_list *list, struct thread *thread);
