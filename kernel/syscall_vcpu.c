/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls about a vCPU of the PD, which x0 names. See syscall.h.
 */
#include "drivers/gicv2.h"
#include "sched.h"
#include "syscall.h"
#include "vcpu_regs.h"
#include "virq.h"

static struct vcpu *vcpu_argument(struct pd *pd)
{
    return pd_vcpu(pd, pd->frame.x[0]);
}

struct thread *sys_vcpu_start(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    pd->frame.x[0] = DROVER_OK;
    return sched_wake(cpu, vcpu_start(cpu, vcpu, pd->frame.x[1]));
}

struct thread *sys_vcpu_stop(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    vcpu_stop(cpu, vcpu);
    return done(pd, DROVER_OK);
}

struct thread *sys_vcpu_wait(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);

    (void)cpu;
    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    vcpu->on_resume |= RESUME_WAITS;
    return done(pd, DROVER_OK);
}

struct thread *sys_vcpu_read(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    uint64_t *x = pd->frame.x;

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    return done(pd, vcpu_reg_read(cpu, vcpu, x[1], &x[1]) ? DROVER_OK : DROVER_ERR_ARGUMENT);
}

struct thread *sys_vcpu_write(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    const uint64_t *x = pd->frame.x;

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    return done(pd, vcpu_reg_write(cpu, vcpu, x[1], x[2]) ? DROVER_OK : DROVER_ERR_ARGUMENT);
}

struct thread *sys_virq_inject(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    struct thread *woken = NULL;

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    pd->frame.x[0] = virq_inject(vcpu, (uint32_t)pd->frame.x[1], &woken);
    return sched_wake(cpu, woken);
}

struct thread *sys_virq_state(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    uint64_t first = pd->frame.x[1];
    uint32_t pending;
    uint32_t active;

    (void)cpu;
    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    if (first % 32 != 0 || first >= GIC_INTID_SPURIOUS_FIRST) {
        return done(pd, DROVER_ERR_ARGUMENT);
    }
    virq_read(vcpu, (uint32_t)first, &pending, &active);
    pd->frame.x[1] = pending | (uint64_t)active << 32;
    return done(pd, DROVER_OK);
}

struct thread *sys_virq_update(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    uint64_t which = pd->frame.x[1];

    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    if (pd->frame.x[2] == VIRQ_OP_RESET) {
        virq_reset(cpu, vcpu);
        pd->frame.x[1] = 0;
        return done(pd, DROVER_OK);
    }
    return done(pd, virq_update(vcpu, which & INJECT_INTID_MASK, which >> 10 & 7, pd->frame.x[2],
                                &pd->frame.x[1]));
}

struct thread *sys_virq_config(struct cpu *cpu, struct pd *pd)
{
    struct vcpu *vcpu = vcpu_argument(pd);
    uint64_t intid = pd->frame.x[1];

    (void)cpu;
    if (vcpu == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    if (intid >= GIC_INTID_SPURIOUS_FIRST) {
        return done(pd, DROVER_ERR_ARGUMENT);
    }
    return done(pd, virq_config(vcpu, (uint32_t)intid, pd->frame.x[2]));
}
