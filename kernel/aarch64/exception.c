/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Exceptions from below: sorted by what happened, handed to who decides. See exception.h.
 */
#include "exception.h"

#include "arch.h"
#include "fault.h"
#include "irq.h"
#include "print.h"
#include "regs.h"
#include "sched.h"
#include "usage.h"

void fpu_save(struct fpu_state *state);
void fpu_restore(const struct fpu_state *state);

/* HPFAR_EL2, Arm ARM DDI 0487, D17.2.62: FIPA[39:4] holds GPA[47:12]. */
static uint64_t hpfar_gpa(uint64_t far)
{
    return (sysreg_read(hpfar_el2) & 0xffffffff0) << 8 | (far & 0xfff);
}

/* HPFAR_EL2 is not valid for a permission fault of an access itself, such as a write to a page of
 * registers that is only to be read: stage 1 is walked again. If the guest has changed its tables
 * meanwhile, it tries again, or what the VMM hears of is another access that the guest could have
 * made; HCR_PTW keeps the walk from reading devices, whose aborts would be the kernel's here. */
__attribute__((noinline)) static struct thread *
vcpu_permission_abort(struct cpu *cpu, struct vcpu *vcpu, uint64_t far)
{
    uint64_t guest_par = sysreg_read(par_el1);

    arch_translate_guest_read(far);
    uint64_t par = sysreg_read(par_el1);
    sysreg_write(par_el1, guest_par);
    if ((par & 1) != 0) {
        return &vcpu->thread;
    }
    vcpu->page->fault_gpa = (par & 0xfffffffff000) | (far & 0xfff);
    return vcpu_fault(cpu, vcpu, FAULT_VM);
}

static struct thread *vcpu_abort(struct cpu *cpu, struct vcpu *vcpu, uint64_t esr)
{
    uint64_t far = sysreg_read(far_el2);
    struct vcpu_page *page = vcpu->page;

    page->esr = esr;
    page->far_va = far;
    page->fault_gpa = hpfar_gpa(far);
    if (UNLIKELY(FSC_IS_PERMISSION(ESR_FSC(esr)) && (esr & ESR_ISS_S1PTW) == 0)) {
        return vcpu_permission_abort(cpu, vcpu, far);
    }
    return vcpu_fault(cpu, vcpu, FAULT_VM);
}

static struct thread *vcpu_exception(struct cpu *cpu, struct vcpu *vcpu, uint64_t esr)
{
    vcpu->page->esr = esr;
    return vcpu_fault(cpu, vcpu, FAULT_VCPU);
}

COLD static struct thread *fpu_switch(struct cpu *cpu, struct thread *current)
{
    if (current->fpu == NULL) {
        return fault_raise(cpu, (struct fault){FAULT_USER_EXCEPTION, sysreg_read(esr_el2), 0});
    }
    sysreg_write(cptr_el2, CPTR_VALUE);
    arch_isb();
    if (cpu->fpu_owner != NULL) {
        cpu->fpu_owner->cptr = CPTR_VALUE | CPTR_TFP;
        fpu_save(cpu->fpu_owner->fpu);
    }
    fpu_restore(current->fpu);
    current->cptr = CPTR_VALUE;
    cpu->fpu_owner = current;
    return current;
}

/* WFE and a PD's WFI end at once, as the architecture allows. In T32 they are two bytes long. */
static struct thread *wait_for_event(struct cpu *cpu, struct thread *current, uint64_t esr)
{
    sysreg_write(elr_el2, sysreg_read(elr_el2) + ((esr & ESR_IL) != 0 ? 4 : 2));
    if (current->is_vcpu && (esr & ESR_ISS_WFE) == 0) {
        return vcpu_wait(cpu, vcpu_of(current));
    }
    return current;
}

COLD static struct thread *pd_exception(struct cpu *cpu, uint64_t esr)
{
    uint64_t ec = ESR_EC(esr);
    bool is_abort = ec == ESR_EC_DABT_LOWER || ec == ESR_EC_IABT_LOWER;

    return fault_raise(cpu, (struct fault){.label = is_abort ? FAULT_VM : FAULT_USER_EXCEPTION,
                                           .esr = esr,
                                           .address = is_abort ? sysreg_read(far_el2) : 0});
}

/* Everything but system calls and what a vCPU needs its VMM for. */
__attribute__((noinline)) static struct thread *exception_other(struct cpu *cpu, uint64_t esr)
{
    struct thread *current = cpu->current;
    uint64_t ec = ESR_EC(esr);

    if (ec == ESR_EC_WFX) {
        return wait_for_event(cpu, current, esr);
    }
    if (ec == ESR_EC_FP) {
        return fpu_switch(cpu, current);
    }
    return pd_exception(cpu, esr);
}

struct thread *exception_sync(struct cpu *cpu, uint64_t esr)
{
    struct thread *current = cpu->current;
    uint64_t ec = ESR_EC(esr);

    usage_enter(cpu);
    if (LIKELY(ec == ESR_EC_SVC)) {
        return syscall_handle(cpu, pd_of(current), esr & 0xffff);
    }
    if (current->is_vcpu && (ec == ESR_EC_DABT_LOWER || ec == ESR_EC_IABT_LOWER)) {
        return vcpu_abort(cpu, vcpu_of(current), esr);
    }
    if (current->is_vcpu && ec != ESR_EC_WFX && ec != ESR_EC_FP) {
        return vcpu_exception(cpu, vcpu_of(current), esr);
    }
    return exception_other(cpu, esr);
}

struct thread *exception_irq(struct cpu *cpu, uint64_t esr)
{
    (void)esr;
    usage_enter(cpu);
    struct thread *woken = irq_handle(cpu);

    return UNLIKELY(cpu->attention) ? sched_attend(cpu, woken) : sched_wake(cpu, woken);
}

/* An SError of a guest's device access goes back to the guest; a PD's is its fault. */
struct thread *exception_serror(struct cpu *cpu, uint64_t esr)
{
    struct thread *current = cpu->current;

    usage_enter(cpu);
    if (!current->is_vcpu) {
        return fault_raise(cpu, (struct fault){FAULT_USER_EXCEPTION, esr, 0});
    }
    sysreg_write(hcr_el2, current->hcr | HCR_VSE);
    return current;
}

_Noreturn void exception_own(uint64_t esr, uint64_t pc, uint64_t far)
{
    print("drover: exception in the kernel: ESR %x, PC %x, FAR %x\n", esr, pc, far);
    for (;;) {
        arch_wait_for_interrupt();
    }
}
