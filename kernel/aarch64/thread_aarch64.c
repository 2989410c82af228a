/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From one thread to another: what is not a general register. The general ones are entry.S's.
 */
#include "arch.h"
#include "regs.h"
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

/* What a PD may not find of a guest; the same for every PD. */
static void pd_enter(void)
{
    sysreg_write(sctlr_el1, SCTLR_EL1_PD);
    sysreg_write(cpacr_el1, CPACR_EL1_PD);
    sysreg_write(tpidrro_el0, 0);
    sysreg_write(cntkctl_el1, CNTKCTL_EL1_PD);
}

struct frame *thread_aarch64_switch(struct thread *next, struct cpu *cpu)
{
    struct thread *old = cpu->current;
    struct frame *frame = next->frame;

    if (old != NULL && old->is_vcpu) {
        vcpu_regs_leave(vcpu_of(old));
    } else if (old != NULL) {
        pd_of(old)->tpidr = sysreg_read(tpidr_el0);
    }
    if (next->is_vcpu) {
        struct vcpu *vcpu = vcpu_of(next);
        if (cpu->loaded != vcpu) {
            vcpu_load(cpu, vcpu);
        }
        vcpu_regs_enter(vcpu);
        sysreg_write(spsr_el2, guest_pstate(*(volatile uint64_t *)&frame->pstate));
    } else {
        if (old == NULL || old->is_vcpu) {
            pd_enter();
        }
        sysreg_write(spsr_el2, frame->pstate);
        sysreg_write(tpidr_el0, pd_of(next)->tpidr);
    }
    sysreg_write(elr_el2, frame->pc);
    sysreg_write(sp_el0, frame->sp_el0);
    sysreg_write(vttbr_el2, next->vttbr);
    sysreg_write(hcr_el2, next->hcr);
    sysreg_write(cptr_el2, next == cpu->fpu_owner ? CPTR_VALUE : CPTR_VALUE | CPTR_TFP);
    cpu->current = next;
    return frame;
}
