/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From one thread to another: what is not a general register. The general ones are entry.S's.
 */
#include "arch.h"
#include "ptimer.h"
#include "regs.h"
#include "sched.h"
#include "usage.h"
#include "vcpu_regs.h"

/* Called from entry.S: `next` becomes the current thread; the general registers of the old one are
 * saved. Returns the frame to load. */
struct frame *thread_aarch64_switch(struct thread *next, struct cpu *cpu);

/* What a guest's PSTATE may be: EL0, EL1t, EL1h and AArch32 user. Anything else becomes EL1h. */
static uint64_t guest_pstate(uint64_t pstate)
{
    const uint64_t allowed =
        1ul << PSTATE_EL0 | 1ul << PSTATE_EL1T | 1ul << PSTATE_EL1H | 1ul << PSTATE_EL0_32;
    uint64_t mode = pstate & PSTATE_MODE_MASK;

    return (allowed >> mode & 1) != 0 ? pstate : (pstate & ~PSTATE_MODE_MASK) | PSTATE_EL1H;
}

_Static_assert(offsetof(struct cpu, on_switch) == 24, "CPU_ON_SWITCH of entry.S");

/* More to do than the usual. */
RARE static struct thread *prepare_all(struct thread *next, struct cpu *cpu)
{
    if ((cpu->on_switch & SWITCH_COUNTS_TIME) != 0) {
        next = sched_admit(cpu, next);
    }
    if ((cpu->on_switch & SWITCH_GUARDS_TIMER) != 0) {
        ptimer_guard(cpu, next);
    }
    usage_switch(cpu, next);
    return next;
}

struct thread *thread_aarch64_prepare(struct thread *next, struct cpu *cpu)
{
    return LIKELY(cpu->on_switch == SWITCH_COUNTS_TIME) ? sched_admit(cpu, next)
                                                        : prepare_all(next, cpu);
}

/* To a PD, whose CNTVCT_EL0 has the offset of virtual time as well while that is in the machine. */
static void vcpu_leave(struct cpu *cpu, const struct vcpu *vcpu)
{
    if (UNLIKELY(vcpu->regs[VCPU_REG_CNTVOFF_EL2] != 0)) {
        vcpu_load(cpu, NULL);
    }
    vcpu_regs_clear();
}

static void vcpu_enter(struct cpu *cpu, struct vcpu *vcpu)
{
    if (UNLIKELY(cpu->loaded != vcpu)) {
        vcpu_load(cpu, vcpu);
    }
    vcpu_regs_enter(vcpu);
    sysreg_write(spsr_el2, guest_pstate(*(volatile uint64_t *)&vcpu->page->pstate));
}

struct frame *thread_aarch64_switch(struct thread *next, struct cpu *cpu)
{
    struct thread *old = cpu->current;
    struct frame *frame = next->frame;

    cpu->current = next;
    if (old->is_vcpu) {
        vcpu_regs_leave(vcpu_of(old));
    } else {
        pd_of(old)->tpidr = sysreg_read(tpidr_el0);
    }
    if (next->is_vcpu) {
        vcpu_enter(cpu, vcpu_of(next));
    } else {
        if (old->is_vcpu) {
            vcpu_leave(cpu, vcpu_of(old));
        }
        sysreg_write(tpidr_el0, pd_of(next)->tpidr);
        sysreg_write(spsr_el2, frame->pstate);
    }
    uint64_t vttbr = next->vttbr;
    uint64_t hcr = next->hcr;
    uint64_t cptr = next->cptr;
    uint64_t pc = frame->pc;
    uint64_t sp = frame->sp_el0;
    sysreg_write(vttbr_el2, vttbr);
    sysreg_write(hcr_el2, hcr);
    sysreg_write(cptr_el2, cptr);
    sysreg_write(elr_el2, pc);
    sysreg_write(sp_el0, sp);
    return frame;
}
