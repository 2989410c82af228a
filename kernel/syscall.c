/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls of protection domains: arguments checked, the work done by others. The numbers and
 * meanings stand in drover/abi.h.
 */
#include "exception.h"
#include "fault.h"
#include "firmware.h"
#include "irq.h"
#include "print.h"
#include "sched.h"
#include "drivers/gicv2.h"
#include "vcpu_regs.h"
#include "virq.h"

static struct channel *channel_of(struct pd *pd, uint64_t id, enum channel_kind kind)
{
    return id < CHANNEL_MAX && pd->channels[id].kind == kind ? &pd->channels[id] : NULL;
}

static struct vcpu *vcpu_argument(struct pd *pd)
{
    uint64_t id = pd->frame.x[0];
    return id < pd->vcpu_count ? &pd->vcpus[id] : NULL;
}

static struct pd *child_argument(struct pd *pd)
{
    uint64_t id = pd->frame.x[0];
    struct thread *child = id < CHILD_MAX ? pd->children[id] : NULL;
    return child != NULL && !child->is_vcpu ? pd_of(child) : NULL;
}

/* The result of a call that does not change who runs. */
static struct thread *done(struct pd *pd, enum drover_error error)
{
    pd->frame.x[0] = error;
    return &pd->thread;
}

static enum drover_error notify(struct pd *pd, uint64_t id, struct thread **woken)
{
    struct channel *channel = channel_of(pd, id, CHANNEL_PEER);

    if (channel == NULL || !channel->may_notify) {
        return DROVER_ERR_CHANNEL;
    }
    *woken = pd_signal(channel->peer, channel->peer_channel);
    return DROVER_OK;
}

static enum drover_error irq_ack(struct pd *pd, uint64_t id)
{
    struct channel *channel = channel_of(pd, id, CHANNEL_IRQ);

    if (channel == NULL) {
        return DROVER_ERR_CHANNEL;
    }
    gic_deactivate(channel->intid);
    return DROVER_OK;
}

/* The action that the PD put off until now. An invalid one is the PD's loss. */
static struct thread *deferred_do(struct pd *pd)
{
    uint64_t action = pd->frame.x[0];
    struct thread *woken = NULL;

    if ((action & ~0xffull) == DEFERRED_NOTIFY) {
        notify(pd, action & 0xff, &woken);
    } else if ((action & ~0xffull) == DEFERRED_IRQ_ACK) {
        irq_ack(pd, action & 0xff);
    }
    return woken;
}

/* Of two threads that woke, the more urgent stays in hand and the other is queued. */
static struct thread *both(struct cpu *cpu, struct thread *first, struct thread *second)
{
    if (first == NULL || second == NULL) {
        return first != NULL ? first : second;
    }
    if (first->priority > second->priority) {
        sched_enqueue(cpu, second);
        return first;
    }
    sched_enqueue(cpu, first);
    return second;
}

/* The end of a wait: an event that is there already, or the PD blocks. */
static struct thread *wait(struct cpu *cpu, struct pd *pd, struct thread *woken)
{
    if (pd->message->vcpu_requests != 0) {
        woken = both(cpu, woken, vcpu_do_requests(cpu, pd));
    }
    if (pd_take_event(pd)) {
        return sched_wake(cpu, woken);
    }
    pd->thread.state = THREAD_WAITING;
    return sched_block(cpu, woken);
}

static struct thread *sys_wait(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = pd->frame.x[0] != DEFERRED_NONE ? deferred_do(pd) : NULL;

    pd->caller = NULL;
    return wait(cpu, pd, woken);
}

static struct thread *sys_reply_wait(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = pd->frame.x[0] != DEFERRED_NONE ? deferred_do(pd) : NULL;

    return wait(cpu, pd, both(cpu, woken, pd_reply(pd, pd->frame.x[1])));
}

static struct thread *sys_notify(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = NULL;

    pd->frame.x[0] = notify(pd, pd->frame.x[0], &woken);
    return sched_wake(cpu, woken);
}

static struct thread *sys_call(struct cpu *cpu, struct pd *pd)
{
    struct channel *channel = channel_of(pd, pd->frame.x[0], CHANNEL_PEER);

    if (channel == NULL || !channel->may_call) {
        return done(pd, DROVER_ERR_CHANNEL);
    }
    return sched_block(cpu, pd_send(channel->peer, &pd->thread, EVENT_CALL | channel->peer_channel,
                                    pd->frame.x[1]));
}

/* A child is stopped wherever it is; what it was about to say is dropped, and a call fails. */
static void child_halt(struct cpu *cpu, struct pd *child)
{
    bool is_blocked =
        child->thread.state == THREAD_SENDING || child->thread.state == THREAD_REPLY;

    if (is_blocked && child->thread.event < EVENT_FAULT) {
        child->frame.x[0] = DROVER_ERR_STATE;
    }
    pd_cancel_send(&child->thread);
    sched_dequeue(cpu, &child->thread);
}

COLD static struct thread *sys_pd_stop(struct cpu *cpu, struct pd *pd)
{
    struct pd *child = child_argument(pd);

    if (child == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    if (child->thread.state != THREAD_STOPPED) {
        child->was_waiting = child->thread.state == THREAD_WAITING;
        child_halt(cpu, child);
        child->thread.state = THREAD_STOPPED;
    }
    return done(pd, DROVER_OK);
}

COLD static struct thread *sys_pd_resume(struct cpu *cpu, struct pd *pd)
{
    struct pd *child = child_argument(pd);

    if (child == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    pd->frame.x[0] = DROVER_OK;
    if (child->thread.state != THREAD_STOPPED) {
        return &pd->thread;
    }
    if (child->was_waiting && !pd_take_event(child)) {
        child->thread.state = THREAD_WAITING;
        return &pd->thread;
    }
    child->was_waiting = false;
    child->thread.state = THREAD_READY;
    return sched_wake(cpu, &child->thread);
}

COLD static struct thread *sys_pd_restart(struct cpu *cpu, struct pd *pd)
{
    struct pd *child = child_argument(pd);

    if (child == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    child_halt(cpu, child);
    child->was_waiting = false;
    child->frame.pc = pd->frame.x[1];
    child->thread.state = THREAD_READY;
    pd->frame.x[0] = DROVER_OK;
    return sched_wake(cpu, &child->thread);
}

static struct thread *sys_vcpu_start(struct cpu *cpu, struct pd *pd, struct vcpu *vcpu)
{
    pd->frame.x[0] = DROVER_OK;
    return sched_wake(cpu, vcpu_start(cpu, vcpu, pd->frame.x[1]));
}

static struct thread *sys_virq_inject(struct cpu *cpu, struct pd *pd, struct vcpu *vcpu)
{
    struct thread *woken = NULL;

    pd->frame.x[0] = virq_inject(vcpu, (uint32_t)pd->frame.x[1], &woken);
    return sched_wake(cpu, woken);
}

static enum drover_error sys_virq_state(struct pd *pd, struct vcpu *vcpu)
{
    uint64_t first = pd->frame.x[1];
    uint32_t pending;
    uint32_t active;

    if (first % 32 != 0 || first >= GIC_INTID_SPURIOUS_FIRST) {
        return DROVER_ERR_ARGUMENT;
    }
    virq_read(vcpu, (uint32_t)first, &pending, &active);
    pd->frame.x[1] = pending | (uint64_t)active << 32;
    return DROVER_OK;
}

static enum drover_error sys_virq_update(struct pd *pd, struct vcpu *vcpu)
{
    uint64_t which = pd->frame.x[1];

    return virq_update(vcpu, which & INJECT_INTID_MASK, which >> 10 & 7, pd->frame.x[2],
                       &pd->frame.x[1]);
}

static enum drover_error sys_vcpu_read(struct pd *pd, const struct vcpu *vcpu)
{
    return vcpu_reg_read(vcpu, pd->frame.x[1], &pd->frame.x[1]) ? DROVER_OK : DROVER_ERR_ARGUMENT;
}

static enum drover_error sys_vcpu_write(struct pd *pd, struct vcpu *vcpu)
{
    return vcpu_reg_write(vcpu, pd->frame.x[1], pd->frame.x[2]) ? DROVER_OK : DROVER_ERR_ARGUMENT;
}

/* Calls that name a vCPU of the PD in x0. */
COLD static struct thread *vcpu_syscall(struct cpu *cpu, struct pd *pd, uint64_t number)
{
    struct vcpu *vcpu = vcpu_argument(pd);

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    switch (number) {
    case SYS_VCPU_START:
        return sys_vcpu_start(cpu, pd, vcpu);
    case SYS_VCPU_STOP:
        vcpu_stop(cpu, vcpu);
        return done(pd, DROVER_OK);
    case SYS_VCPU_READ:
        return done(pd, sys_vcpu_read(pd, vcpu));
    case SYS_VCPU_WRITE:
        return done(pd, sys_vcpu_write(pd, vcpu));
    case SYS_VIRQ_INJECT:
        return sys_virq_inject(cpu, pd, vcpu);
    case SYS_VIRQ_STATE:
        return done(pd, sys_virq_state(pd, vcpu));
    case SYS_VIRQ_UPDATE:
        return done(pd, sys_virq_update(pd, vcpu));
    default:
        return done(pd, virq_config(vcpu, (uint32_t)pd->frame.x[1], pd->frame.x[2]));
    }
}

COLD static struct thread *sys_smc(struct pd *pd)
{
    if (!pd->may_smc) {
        return done(pd, DROVER_ERR_DENIED);
    }
    firmware_call(pd->message->mr);
    return done(pd, DROVER_OK);
}

struct thread *syscall_handle(struct cpu *cpu, struct pd *pd, uint64_t number)
{
    switch (number) {
    case SYS_WAIT:
        return sys_wait(cpu, pd);
    case SYS_REPLY_WAIT:
        return sys_reply_wait(cpu, pd);
    case SYS_NOTIFY:
        return sys_notify(cpu, pd);
    case SYS_IRQ_ACK:
        return done(pd, irq_ack(pd, pd->frame.x[0]));
    case SYS_CALL:
        return sys_call(cpu, pd);
    case SYS_PD_STOP:
        return sys_pd_stop(cpu, pd);
    case SYS_PD_RESUME:
        return sys_pd_resume(cpu, pd);
    case SYS_PD_RESTART:
        return sys_pd_restart(cpu, pd);
    case SYS_VCPU_START:
    case SYS_VCPU_STOP:
    case SYS_VCPU_READ:
    case SYS_VCPU_WRITE:
    case SYS_VIRQ_INJECT:
    case SYS_VIRQ_STATE:
    case SYS_VIRQ_UPDATE:
    case SYS_VIRQ_CONFIG:
        return vcpu_syscall(cpu, pd, number);
    case SYS_SMC:
        return sys_smc(pd);
    case SYS_DEBUG_PUTC:
        print_char((char)pd->frame.x[0]);
        return &pd->thread;
    default:
        return fault_raise(cpu, (struct fault){.label = FAULT_UNKNOWN_SYSCALL, .address = number});
    }
}
