/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Protection domains: their channels, what waits for them, and the messages between them.
 */
#pragma once

#include "budget.h"
#include "cpu.h"
#include "drover/manifest.h"

#define SVC_SIZE 4 /* bytes of the instruction that makes a system call */

enum channel_kind {
    CHANNEL_NONE,
    CHANNEL_PEER, /* another PD */
    CHANNEL_IRQ,  /* a physical interrupt */
};

struct channel {
    struct pd *peer;
    uint32_t intid;       /* CHANNEL_IRQ */
    uint8_t kind;         /* enum channel_kind */
    uint8_t peer_channel; /* this channel as the peer knows it */
    bool may_notify;
    bool may_call;
};

/* What a PD did that it may not. */
struct fault {
    uint64_t label; /* FAULT_* */
    uint64_t esr;
    uint64_t address; /* VA, aborts only; FAULT_UNKNOWN_SYSCALL: the number */
};

struct pd {
    struct thread thread; /* first: a struct thread * of a PD is a struct pd * */
    struct frame frame;
    uint64_t tpidr;               /* TPIDR_EL0 while it does not run */
    uint64_t pending;             /* notifications that have arrived, a bit a channel */
    struct thread_list senders;   /* of calls and faults that wait to be taken, in order */
    struct thread *caller;        /* whose call or fault has been taken and not answered */
    struct message_page *message; /* EL2 VA */
    struct vcpu *vcpus;           /* its VM's, `vcpu_count` of them */
    uint32_t vcpu_count;
    bool may_smc;
    bool is_passive; /* after its init() it answers calls and faults on the time of who made them */
    struct fault fault;                /* its last one */
    const struct manifest_slot *slots; /* rights to other PDs, `slot_count` of them */
    uint32_t slot_count;
    const struct manifest_pd *manifest;
    struct pd *parent;                  /* NULL: none */
    uint32_t child_id;                  /* within the parent */
    struct thread *children[CHILD_MAX]; /* child PDs and vCPUs by identifier, or NULL */
    struct channel channels[CHANNEL_MAX];
    struct fpu_state fpu;
    struct budget budget;
};

_Static_assert(sizeof(struct pd) <= PD_OBJECT_SIZE, "PD_OBJECT_SIZE of manifest.h is too small");

static inline struct pd *pd_of(struct thread *thread)
{
    return (struct pd *)thread;
}

/* A message header that is nothing but a label. */
static inline bool msginfo_is_bare(uint64_t msginfo)
{
    return msginfo == MSGINFO(MSGINFO_LABEL(msginfo), 0);
}

/* Makes notification `channel` pending at `pd`. Returns the PD's thread if that woke it, else NULL.
 */
struct thread *pd_signal(struct pd *pd, unsigned channel);

/* `pd`, in a wait, gets the event of `sender`, who then waits for the answer; not the message
 * words. */
static inline void pd_accept(struct pd *pd, struct thread *sender)
{
    pd->caller = sender;
    if (pd->is_passive) {
        pd->thread.payer = sender->payer;
    }
    sender->state = THREAD_REPLY;
    pd->frame.x[0] = sender->event;
    pd->frame.x[1] = sender->msginfo;
}

/* Blocks `thread` until `pd` has taken and answered its message: `event` and `msginfo` are what
 * the PD's wait returns. Returns the PD's thread if that woke it, else NULL. */
struct thread *pd_send(struct pd *pd, struct thread *thread, uint64_t event, uint64_t msginfo);

/* Takes `thread` out of whatever it is doing with its receiver; its message is dropped. */
void pd_cancel_send(struct thread *thread);

/* If an event is there, writes it to the registers of `pd`, which is in a wait, and returns true.
 */
bool pd_take_event(struct pd *pd);

/* Answers the caller of `pd`, if there is one. Returns its thread if that woke it, else NULL. */
struct thread *pd_reply(struct pd *pd, uint64_t msginfo);
