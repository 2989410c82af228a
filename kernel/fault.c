/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains. See fault.h.
 */
#include "fault.h"

#include "arch.h"
#include "describe.h"
#include "pd_registers.h"
#include "print.h"
#include "regs.h"
#include "sched.h"

/* A message by label, as abi.h lays it out: the registers that come first, and all its words. */
struct layout {
    uint8_t registers[12]; /* enum pd_register */
    uint8_t register_count;
    uint8_t word_count;
    bool is_answered; /* the reply says whether to go on, and with which registers */
};

static const struct layout layouts[] = {
    [FAULT_UNKNOWN_SYSCALL] = {{PD_REGISTER_X0, PD_REGISTER_X0 + 1, PD_REGISTER_X0 + 2,
                                PD_REGISTER_X0 + 3, PD_REGISTER_X0 + 4, PD_REGISTER_X0 + 5,
                                PD_REGISTER_X0 + 6, PD_REGISTER_X0 + 7, PD_REGISTER_PC,
                                PD_REGISTER_SP, PD_REGISTER_LR, PD_REGISTER_PSTATE},
                               12,
                               13,
                               true},
    [FAULT_USER_EXCEPTION] = {{PD_REGISTER_PC, PD_REGISTER_SP, PD_REGISTER_PSTATE}, 3, 5, true},
    [FAULT_VM] = {{PD_REGISTER_PC}, 1, 4, false},
};

void fault_write_message(struct pd *parent, struct pd *child)
{
    const struct fault *fault = &child->fault;
    const struct layout *layout = &layouts[fault->label];
    uint64_t *words = parent->message->mr;

    for (unsigned i = 0; i < layout->register_count; i++) {
        *words++ = pd_register_read(child, layout->registers[i]);
    }
    switch (fault->label) {
    case FAULT_VM:
        words[0] = fault->address;
        words[1] = fault->esr >> 26 == ESR_EC_IABT_LOWER;
        words[2] = fault->esr;
        break;
    case FAULT_UNKNOWN_SYSCALL:
        words[0] = fault->address;
        break;
    default:
        words[0] = fault->esr;
        words[1] = 0;
        break;
    }
}

bool fault_read_reply(struct pd *child, const struct pd *parent, uint64_t msginfo)
{
    const struct layout *layout = &layouts[child->fault.label];

    if (!layout->is_answered) {
        return true;
    }
    for (unsigned i = 0; i < layout->register_count && i < MSGINFO_COUNT(msginfo); i++) {
        pd_register_write(child, layout->registers[i], parent->message->mr[i]);
    }
    return MSGINFO_LABEL(msginfo) == 0;
}

struct thread *fault_raise(struct cpu *cpu, struct fault fault)
{
    struct pd *pd = pd_of(cpu->current);

    pd->fault = fault;
    print_last_text(pd->message);
    if (pd->parent == NULL) {
        describe_fault(pd, &fault);
        pd->thread.state = THREAD_STOPPED;
        return sched_block_slow(cpu, NULL);
    }
    pd->frame.pc = sysreg_read(elr_el2);
    pd->frame.pstate = sysreg_read(spsr_el2);
    pd->frame.sp_el0 = sysreg_read(sp_el0);
    return sched_block_slow(
        cpu, pd_send(pd->parent, &pd->thread, EVENT_FAULT | pd->child_id,
                     MSGINFO(fault.label, (uint64_t)layouts[fault.label].word_count)));
}
