/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The calls of seL4 on threads: child PDs and PDs of a <cspace> through the kernel, vCPUs through
 * their pages.
 */
#include "capability.h"
#include "vcpu.h"

/* The order in which registers count, and that of struct pd_registers: pc, sp, spsr, x0..x30 and
 * the two thread registers. */
enum { PC, SP, SPSR, X, TPIDR = X + 31, TPIDRRO, REGISTER_COUNT };

_Static_assert(REGISTER_COUNT * sizeof(uint64_t) == sizeof(struct pd_registers), "the same");
_Static_assert(offsetof(seL4_UserContext, tpidr_el0) == offsetof(struct vcpu_page, esr),
               "a context begins as a vCPU's page does");

/* Register number `i` of a context; up to SPSR + 31 also of a vCPU's page. */
static uint64_t *register_of(seL4_UserContext *regs, unsigned i)
{
    switch (i) {
    case PC:
        return &regs->pc;
    case SP:
        return &regs->sp;
    case SPSR:
        return &regs->spsr;
    case TPIDR:
        return &regs->tpidr_el0;
    case TPIDRRO:
        return &regs->tpidrro_el0;
    default:
        return &regs->x0 + (i - X);
    }
}

static bool is_vcpu(seL4_CPtr tcb)
{
    return capability_is(tcb, BASE_VM_TCB_CAP);
}

/* A call on the PD that `tcb` names: a child or, above 0x80, a slot: the number that the kernel
 * expects. */
#define PD_SYSCALL(number, tcb, a1, a2)                                                            \
    (capability_is(tcb, BASE_TCB_CAP)                                                              \
         ? (enum drover_error)DROVER_SYSCALL(number, capability_id(tcb), a1, a2).x0                \
         : DROVER_ERR_CHILD)

seL4_Error seL4_TCB_Suspend(seL4_CPtr tcb)
{
    return microkit_sel4_error(is_vcpu(tcb) ? drover_vcpu_stop(capability_id(tcb))
                                            : PD_SYSCALL(SYS_PD_STOP, tcb, 0, 0));
}

seL4_Error seL4_TCB_Resume(seL4_CPtr tcb)
{
    unsigned id = capability_id(tcb);
    if (!is_vcpu(tcb)) {
        return microkit_sel4_error(PD_SYSCALL(SYS_PD_RESUME, tcb, 0, 0));
    }
    return microkit_vcpu_exists(id)
               ? microkit_sel4_error(microkit_vcpu_run(id, drover_vcpu_page(id)->pc))
               : seL4_InvalidCapability;
}

/* Between a context and a vCPU's page: mostly all registers, sometimes only the first. */
static void registers_copy(seL4_UserContext *to, const seL4_UserContext *from, unsigned count)
{
    if (count >= TPIDR) {
        __builtin_memcpy(to, from, offsetof(seL4_UserContext, tpidr_el0));
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        *register_of(to, i) = *register_of((seL4_UserContext *)from, i);
    }
}

static enum drover_error vcpu_read(unsigned vcpu, bool suspend, unsigned count,
                                   seL4_UserContext *regs)
{
    if (!microkit_vcpu_exists(vcpu)) {
        return DROVER_ERR_CHILD;
    }
    if (suspend) {
        drover_vcpu_stop(vcpu);
    }
    registers_copy(regs, (const seL4_UserContext *)drover_vcpu_page(vcpu), count);
    if (count > TPIDR) {
        drover_vcpu_read(vcpu, VCPU_REG_TPIDR_EL0, &regs->tpidr_el0);
    }
    if (count > TPIDRRO) {
        drover_vcpu_read(vcpu, VCPU_REG_TPIDRRO_EL0, &regs->tpidrro_el0);
    }
    return DROVER_OK;
}

static enum drover_error vcpu_write(unsigned vcpu, bool resume, unsigned count,
                                    const seL4_UserContext *regs)
{
    if (!microkit_vcpu_exists(vcpu)) {
        return DROVER_ERR_CHILD;
    }
    registers_copy((seL4_UserContext *)drover_vcpu_page(vcpu), regs, count);
    if (count > TPIDR) {
        drover_vcpu_write(vcpu, VCPU_REG_TPIDR_EL0, regs->tpidr_el0);
    }
    if (count > TPIDRRO) {
        drover_vcpu_write(vcpu, VCPU_REG_TPIDRRO_EL0, regs->tpidrro_el0);
    }
    return resume ? microkit_vcpu_run(vcpu, drover_vcpu_page(vcpu)->pc) : DROVER_OK;
}

seL4_Error seL4_TCB_ReadRegisters(seL4_CPtr tcb, seL4_Bool suspend, seL4_Uint8 flags,
                                  seL4_Word count, seL4_UserContext *regs)
{
    (void)flags;
    if (count == 0 || count > REGISTER_COUNT) {
        return seL4_RangeError;
    }
    if (is_vcpu(tcb)) {
        return microkit_sel4_error(vcpu_read(capability_id(tcb), suspend, (unsigned)count, regs));
    }
    enum drover_error error =
        PD_SYSCALL(SYS_PD_READ, tcb, suspend ? PD_REGISTERS_STOP : PD_REGISTERS_MOVE, count);
    for (unsigned i = 0; error == DROVER_OK && i < count; i++) {
        *register_of(regs, i) = drover_message_page()->mr[i];
    }
    return microkit_sel4_error(error);
}

seL4_Error seL4_TCB_WriteRegisters(seL4_CPtr tcb, seL4_Bool resume, seL4_Uint8 flags,
                                   seL4_Word count, seL4_UserContext *regs)
{
    (void)flags;
    if (count == 0 || count > REGISTER_COUNT) {
        return seL4_RangeError;
    }
    if (is_vcpu(tcb)) {
        return microkit_sel4_error(vcpu_write(capability_id(tcb), resume, (unsigned)count, regs));
    }
    for (unsigned i = 0; i < count; i++) {
        drover_message_page()->mr[i] = *register_of(regs, i);
    }
    return microkit_sel4_error(
        PD_SYSCALL(SYS_PD_WRITE, tcb, resume ? PD_REGISTERS_RESUME : PD_REGISTERS_MOVE, count));
}
