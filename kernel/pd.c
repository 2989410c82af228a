/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Notifications, calls and replies. See pd.h.
 */
#include "pd.h"

#include "fault.h"
#include "vcpu.h"

/* A notification is served on the PD's own time. */
static void pending_take(struct pd *pd)
{
    pd->frame.x[0] = pd->pending;
    pd->pending = 0;
    pd->thread.payer = &pd->budget;
}

struct thread *pd_signal(struct pd *pd, unsigned channel)
{
    pd->pending |= 1ull << channel;
    if (pd->thread.state != THREAD_WAITING) {
        return NULL;
    }
    pending_take(pd);
    pd->thread.state = THREAD_READY;
    return &pd->thread;
}

OUTLINE static void words_copy(struct pd *to, const struct pd *from, uint64_t msginfo)
{
    uint64_t count = MSGINFO_COUNT(msginfo);

    if (count > MESSAGE_WORD_MAX) {
        count = MESSAGE_WORD_MAX;
    }
    for (uint64_t i = 0; i < count; i++) {
        to->message->mr[i] = from->message->mr[i];
    }
    to->frame.x[1] = MSGINFO(MSGINFO_LABEL(msginfo), count);
}

/* Hands a message from one PD to another. Its header then counts the words that were copied. */
static void message_copy(struct pd *to, const struct pd *from, uint64_t msginfo)
{
    to->frame.x[1] = msginfo;
    if (!msginfo_is_bare(msginfo)) {
        words_copy(to, from, msginfo);
    }
}

/* `pd` takes the message of `sender`, who then waits for the answer. */
static void message_take(struct pd *pd, struct thread *sender)
{
    pd_accept(pd, sender);
    if (sender->event < EVENT_FAULT) {
        message_copy(pd, pd_of(sender), sender->msginfo);
    } else if (!sender->is_vcpu) {
        fault_write_message(pd, pd_of(sender));
    }
}

OUTLINE static void sender_add(struct pd *pd, struct thread *thread)
{
    thread->state = THREAD_SENDING;
    list_append(&pd->senders, thread);
}

struct thread *pd_send(struct pd *pd, struct thread *thread, uint64_t event, uint64_t msginfo)
{
    thread->receiver = pd;
    thread->event = event;
    thread->msginfo = msginfo;
    if (pd->thread.state == THREAD_WAITING) {
        message_take(pd, thread);
        pd->thread.state = THREAD_READY;
        return &pd->thread;
    }
    sender_add(pd, thread);
    return NULL;
}

void pd_cancel_send(struct thread *thread)
{
    if (thread->state == THREAD_SENDING) {
        list_remove(&thread->receiver->senders, thread);
    } else if (thread->state == THREAD_REPLY && thread->receiver->caller == thread) {
        thread->receiver->caller = NULL;
    }
}

OUTLINE static void first_sender_take(struct pd *pd)
{
    struct thread *sender = pd->senders.head;

    list_remove(&pd->senders, sender);
    message_take(pd, sender);
}

bool pd_take_event(struct pd *pd)
{
    if (pd->pending != 0) {
        pending_take(pd);
        return true;
    }
    if (pd->senders.head != NULL) {
        first_sender_take(pd);
        return true;
    }
    return false;
}

struct thread *pd_reply(struct pd *pd, uint64_t msginfo)
{
    struct thread *caller = pd->caller;

    if (caller == NULL) {
        return NULL;
    }
    pd->caller = NULL;
    if (caller->is_vcpu) {
        return vcpu_resume(vcpu_of(caller));
    }
    if (caller->event < EVENT_FAULT) {
        message_copy(pd_of(caller), pd, msginfo);
        caller->frame->x[0] = DROVER_OK;
    } else if (!fault_read_reply(pd_of(caller), pd, msginfo)) {
        caller->state = THREAD_STOPPED;
        return NULL;
    }
    caller->state = THREAD_READY;
    return caller;
}
