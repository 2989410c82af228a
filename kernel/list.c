/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See list.h.
 */
#include "list.h"

void list_remove(struct thread_list *list, struct thread *thread)
{
    if (thread->previous != NULL) {
        thread->previous->next = thread->next;
    } else {
        list->head = thread->next;
    }
    if (thread->next != NULL) {
        thread->next->previous = thread->previous;
    } else {
        list->tail = thread->previous;
    }
}
