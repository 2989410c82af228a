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
#include "syscall.h"
#include "usage.h"
#include "drivers/gicv2.h"
#include "vcpu_regs.h"
#include "virq.h"

static struct channel *channel_of(struct pd *pd, uint64_t id, enum channel_kind kind)
{
    return id < CHANNEL_MAX && pd->channels[id].kind == kind ? &pd->channels[id] : NULL;
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
OUTLINE static struct thread *deferred_do(struct pd *pd)
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

/* Somebody has sent something meanwhile: the PD goes on, a passive one on other time perhaps. */
__attribute__((noinline)) static struct thread *wait_over(struct cpu *cpu, struct pd *pd,
                                                          struct thread *woken)
{
    pd_take_event(pd);
    if (UNLIKELY(pd->is_passive)) {
        return sched_attend(cpu, woken);
    }
    return sched_wake(cpu, woken);
}

/* The end of a wait: an event that is there already, or the PD blocks. */
static inline struct thread *wait(struct cpu *cpu, struct pd *pd, struct thread *woken)
{
    if (UNLIKELY(pd->pending != 0 || pd->senders.head != NULL)) {
        return wait_over(cpu, pd, woken);
    }
    pd->thread.state = THREAD_WAITING;
    return sched_block(cpu, woken);
}

/* The same after the injections that the PD left in memory, if any. */
__attribute__((noinline)) static struct thread *wait_after_requests(struct cpu *cpu, struct pd *pd,
                                                                    struct thread *woken)
{
    return wait(cpu, pd, sched_both(cpu, woken, vcpu_do_requests(cpu, pd)));
}

static inline struct thread *requests_wait(struct cpu *cpu, struct pd *pd, struct thread *woken)
{
    if (pd->message->vcpu_requests != 0) {
        return wait_after_requests(cpu, pd, woken);
    }
    return wait(cpu, pd, woken);
}

static struct thread *sys_wait(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = pd->frame.x[0] != DEFERRED_NONE ? deferred_do(pd) : NULL;

    pd->caller = NULL;
    return requests_wait(cpu, pd, woken);
}

/* A reply with something deferred, with message words, to nobody, or to who has more to do than run
 * on. */
__attribute__((noinline)) static struct thread *reply_wait_slow(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = pd->frame.x[0] != DEFERRED_NONE ? deferred_do(pd) : NULL;

    return wait_after_requests(cpu, pd, sched_both(cpu, woken, pd_reply(pd, pd->frame.x[1])));
}

static struct thread *sys_reply_wait(struct cpu *cpu, struct pd *pd)
{
    struct thread *caller = pd->caller;
    uint64_t msginfo = pd->frame.x[1];

    if (UNLIKELY(pd->frame.x[0] != DEFERRED_NONE || caller == NULL)) {
        return reply_wait_slow(cpu, pd);
    }
    if (caller->is_vcpu) {
        if (UNLIKELY(vcpu_of(caller)->on_resume != 0)) {
            return reply_wait_slow(cpu, pd);
        }
    } else {
        if (UNLIKELY(caller->event >= EVENT_FAULT || !msginfo_is_bare(msginfo))) {
            return reply_wait_slow(cpu, pd);
        }
        caller->frame->x[0] = DROVER_OK;
        caller->frame->x[1] = msginfo;
    }
    pd->caller = NULL;
    caller->state = THREAD_READY;
    return requests_wait(cpu, pd, caller);
}

static struct thread *sys_notify(struct cpu *cpu, struct pd *pd)
{
    struct thread *woken = NULL;

    pd->frame.x[0] = notify(pd, pd->frame.x[0], &woken);
    return sched_wake(cpu, woken);
}

static struct thread *sys_irq_ack(struct cpu *cpu, struct pd *pd)
{
    (void)cpu;
    return done(pd, irq_ack(pd, pd->frame.x[0]));
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

/* ---- The rest ---- */

static struct thread *sys_smc(struct cpu *cpu, struct pd *pd)
{
    (void)cpu;
    if (!pd->may_smc) {
        return done(pd, DROVER_ERR_DENIED);
    }
    firmware_call(pd->message->mr);
    return done(pd, DROVER_OK);
}

static struct thread *sys_debug_put(struct cpu *cpu, struct pd *pd)
{
    (void)cpu;
    print_text(pd->message);
    return done(pd, DROVER_OK);
}

/* The fault is the SVC's: who answers it may let the PD go on behind or try again. */
COLD static struct thread *sys_unknown(struct cpu *cpu, uint64_t number)
{
    sysreg_write(elr_el2, sysreg_read(elr_el2) - SVC_SIZE);
    return fault_raise(cpu, (struct fault){.label = FAULT_UNKNOWN_SYSCALL, .address = number});
}

static struct thread *(*const syscalls[KERNEL_SYS_COUNT])(struct cpu *cpu, struct pd *pd) = {
    [SYS_WAIT] = sys_wait,
    [SYS_REPLY_WAIT] = sys_reply_wait,
    [SYS_NOTIFY] = sys_notify,
    [SYS_IRQ_ACK] = sys_irq_ack,
    [SYS_CALL] = sys_call,
    [SYS_PD_STOP] = sys_pd_stop,
    [SYS_PD_RESUME] = sys_pd_resume,
    [SYS_PD_RESTART] = sys_pd_restart,
    [SYS_VCPU_START] = sys_vcpu_start,
    [SYS_VCPU_STOP] = sys_vcpu_stop,
    [SYS_VCPU_READ] = sys_vcpu_read,
    [SYS_VCPU_WRITE] = sys_vcpu_write,
    [SYS_VIRQ_INJECT] = sys_virq_inject,
    [SYS_VIRQ_STATE] = sys_virq_state,
    [SYS_VIRQ_UPDATE] = sys_virq_update,
    [SYS_VIRQ_CONFIG] = sys_virq_config,
    [SYS_SMC] = sys_smc,
    [SYS_DEBUG_PUT] = sys_debug_put,
    [SYS_VCPU_WAIT] = sys_vcpu_wait,
    [SYS_PD_READ] = sys_pd_read,
    [SYS_PD_WRITE] = sys_pd_write,
#ifdef CONFIG_BENCHMARK
    [SYS_BENCHMARK] = sys_benchmark,
#endif
};

struct thread *syscall_handle(struct cpu *cpu, struct pd *pd, uint64_t number)
{
    if (UNLIKELY(number >= KERNEL_SYS_COUNT)) {
        return sys_unknown(cpu, number);
    }
    return syscalls[number](cpu, pd);
}
