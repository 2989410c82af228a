/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls by which a PD controls another, wherever that is and whatever it does: a child, or
 * one whose <cap_tcb> stands in its <cspace>. See syscall.h.
 */
#include "arch.h"
#include "pd_registers.h"
#include "sched.h"
#include "syscall.h"

/* A slot of the PD's <cspace> that holds the right to control a PD; NULL: none. */
static struct pd *slot_target(const struct pd *pd, uint64_t slot)
{
    for (uint32_t i = 0; i < pd->slot_count; i++) {
        if (pd->slots[i].slot == slot && pd->slots[i].kind == SLOT_TCB) {
            return (struct pd *)kernel_va(KERNEL_OBJECT_VA) + pd->slots[i].target_pd;
        }
    }
    return NULL;
}

struct pd *pd_control_target(struct pd *pd, uint64_t id)
{
    if (id >= PD_SLOT(0)) {
        return slot_target(pd, id - PD_SLOT(0));
    }
    struct thread *child = id < CHILD_MAX ? pd->children[id] : NULL;
    return child != NULL && !child->is_vcpu ? pd_of(child) : NULL;
}

/* The PD that x0 names. NULL, and the call fails: none. */
static struct pd *target_argument(struct pd *pd)
{
    struct pd *target = pd_control_target(pd, pd->frame.x[0]);

    pd->frame.x[0] = target != NULL ? DROVER_OK : DROVER_ERR_CHILD;
    return target;
}

/* The same for calls that are not for the caller itself, whose registers are in the machine. */
static struct pd *other_argument(struct pd *pd)
{
    struct pd *target = target_argument(pd);

    if (target == pd) {
        pd->frame.x[0] = DROVER_ERR_STATE;
        return NULL;
    }
    return target;
}

/* The same for calls that move as many registers as x2 says. */
static struct pd *registers_argument(struct pd *pd)
{
    struct pd *target = other_argument(pd);

    if (target != NULL && pd->frame.x[2] > PD_REGISTER_COUNT) {
        pd->frame.x[0] = DROVER_ERR_ARGUMENT;
        return NULL;
    }
    return target;
}

/* Its call or fault has not been answered. */
static bool is_unanswered(const struct thread *thread)
{
    return thread->state == THREAD_SENDING || thread->state == THREAD_REPLY;
}

/* Takes `pd` out of whatever it does. What it was about to say is dropped; a call or wait that it
 * is in is made anew when it goes on, a wait on its own time. */
static void halt(struct cpu *cpu, struct pd *pd)
{
    struct thread *thread = &pd->thread;

    if (thread->state == THREAD_WAITING) {
        pd->frame.x[0] = DEFERRED_NONE; /* it has been done */
        thread->payer = &pd->budget;
        pd->frame.pc -= SVC_SIZE;
    } else if (is_unanswered(thread) && thread->event < EVENT_FAULT) {
        pd->frame.pc -= SVC_SIZE;
    }
    pd_cancel_send(thread);
    ready_remove(&cpu->ready, thread);
    thread->state = THREAD_STOPPED;
}

/* `target`, which is halted, goes on; `pd` is current. */
static struct thread *run(struct cpu *cpu, struct pd *target)
{
    target->thread.state = THREAD_READY;
    return sched_wake(cpu, &target->thread);
}

/* The same from new registers: whoever's time it used, it now uses its own. */
static struct thread *run_anew(struct cpu *cpu, struct pd *target)
{
    target->thread.payer = &target->budget;
    return run(cpu, target);
}

struct thread *sys_pd_stop(struct cpu *cpu, struct pd *pd)
{
    struct pd *target = target_argument(pd);

    if (target != NULL && target->thread.state != THREAD_STOPPED) {
        halt(cpu, target);
    }
    return target == pd ? sched_block_slow(cpu, NULL) : &pd->thread;
}

struct thread *sys_pd_resume(struct cpu *cpu, struct pd *pd)
{
    struct pd *target = target_argument(pd);

    if (target == NULL) {
        return &pd->thread;
    }
    if (is_unanswered(&target->thread) && target->thread.event >= EVENT_FAULT) {
        halt(cpu, target);
    }
    return target->thread.state == THREAD_STOPPED ? run(cpu, target) : &pd->thread;
}

struct thread *sys_pd_restart(struct cpu *cpu, struct pd *pd)
{
    struct pd *target = other_argument(pd);

    if (target == NULL) {
        return &pd->thread;
    }
    halt(cpu, target);
    target->frame.pc = pd->frame.x[1];
    return run_anew(cpu, target);
}

struct thread *sys_pd_read(struct cpu *cpu, struct pd *pd)
{
    struct pd *target = registers_argument(pd);
    uint64_t count = pd->frame.x[2];

    if (target == NULL) {
        return &pd->thread;
    }
    if ((pd->frame.x[1] & PD_REGISTERS_STOP) != 0 && target->thread.state != THREAD_STOPPED) {
        halt(cpu, target);
    }
    for (unsigned i = 0; i < count; i++) {
        pd->message->mr[i] = pd_register_read(target, i);
    }
    return &pd->thread;
}

struct thread *sys_pd_write(struct cpu *cpu, struct pd *pd)
{
    struct pd *target = registers_argument(pd);
    uint64_t count = pd->frame.x[2];
    bool resumes = (pd->frame.x[1] & PD_REGISTERS_RESUME) != 0;

    if (target == NULL) {
        return &pd->thread;
    }
    if (resumes) {
        halt(cpu, target);
    }
    for (unsigned i = 0; i < count; i++) {
        pd_register_write(target, i, pd->message->mr[i]);
    }
    return resumes ? run_anew(cpu, target) : &pd->thread;
}
