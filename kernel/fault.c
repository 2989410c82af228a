/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains. See fault.h.
 */
#include "fault.h"

#include "arch.h"
#include "describe.h"
#include "regs.h"
#include "sched.h"

/* Words of the message by label, as abi.h lays them out. */
static uint64_t message_words(struct pd *pd, struct fault fault)
{
    uint64_t *words = pd->fault_message;
    uint64_t pc = sysreg_read(elr_el2);

    words[0] = pc;
    switch (fault.label) {
    case FAULT_VM:
        words[1] = fault.address;
        words[2] = fault.esr >> 26 == ESR_EC_IABT_LOWER;
        words[3] = fault.esr;
        return 4;
    case FAULT_UNKNOWN_SYSCALL:
        words[1] = fault.address;
        words[2] = fault.esr;
        return 3;
    default:
        words[1] = fault.esr;
        return 2;
    }
}

void fault_write_message(struct pd *parent, const struct pd *child)
{
    for (unsigned i = 0; i < 4; i++) {
        parent->message->mr[i] = child->fault_message[i];
    }
}

struct thread *fault_raise(struct cpu *cpu, struct fault fault)
{
    struct pd *pd = pd_of(cpu->current);
    uint64_t count = message_words(pd, fault);

    if (pd->parent == NULL) {
        describe_fault(pd, &fault);
        pd->thread.state = THREAD_STOPPED;
        return sched_block(cpu, NULL);
    }
    return sched_block(cpu, pd_send(pd->parent, &pd->thread, EVENT_FAULT | pd->child_id,
                                    MSGINFO(fault.label, count)));
}
