/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system registers of a guest. Those that a PD at EL0 would feel move at every switch and lie
 * in memory while a PD runs; the others stay in the machine until another vCPU is loaded.
 */
#include "vcpu_regs.h"

#include "arch.h"
#include "counters.h"
#include "ptimer.h"
#include "regs.h"
#include "vcpu_timer.h"
#include "virq.h"

/* Stay in the machine while loaded: X(enum name, register). */
#define HEAVY_REGS(X)                                                                              \
    X(TTBR0_EL1, ttbr0_el1)                                                                        \
    X(TTBR1_EL1, ttbr1_el1)                                                                        \
    X(TCR_EL1, tcr_el1)                                                                            \
    X(MAIR_EL1, mair_el1)                                                                          \
    X(AMAIR_EL1, amair_el1)                                                                        \
    X(CONTEXTIDR_EL1, contextidr_el1)                                                              \
    X(AFSR0_EL1, afsr0_el1)                                                                        \
    X(AFSR1_EL1, afsr1_el1)                                                                        \
    X(ESR_EL1, esr_el1)                                                                            \
    X(FAR_EL1, far_el1)                                                                            \
    X(PAR_EL1, par_el1)                                                                            \
    X(VBAR_EL1, vbar_el1)                                                                          \
    X(TPIDR_EL1, tpidr_el1)                                                                        \
    X(SP_EL1, sp_el1)                                                                              \
    X(ELR_EL1, elr_el1)                                                                            \
    X(SPSR_EL1, spsr_el1)                                                                          \
    X(CNTV_CTL_EL0, cntv_ctl_el0)                                                                  \
    X(CNTV_CVAL_EL0, cntv_cval_el0)                                                                \
    X(CNTVOFF_EL2, cntvoff_el2)                                                                    \
    X(VMPIDR_EL2, vmpidr_el2)                                                                      \
    X(CSSELR_EL1, csselr_el1)

/* The same unless a PD has the physical timer. */
#define PTIMER_REGS(X)                                                                             \
    X(CNTP_CTL_EL0, cntp_ctl_el0)                                                                  \
    X(CNTP_CVAL_EL0, cntp_cval_el0)

/* SCTLR_EL1 as a core comes out of reset: RES1 bits only. Arm ARM DDI 0487, D17.2.118. */
#define SCTLR_EL1_RESET 0x30d00800ul

/* MPIDR_EL1: bit 31 RES1, Aff0 the number within the VM. D17.2.101. */
#define MPIDR_RES1 (1ul << 31)

void vcpu_regs_reset(struct vcpu *vcpu)
{
    vcpu->regs[VCPU_REG_SCTLR_EL1] = SCTLR_EL1_RESET;
    vcpu->regs[VCPU_REG_VMPIDR_EL2] = MPIDR_RES1 | vcpu->id;
    vcpu->page->pstate = PSTATE_DAIF | PSTATE_EL1H;
}

static bool has_ptimer(void)
{
    return vcpu_timer_count > GUEST_TIMER_PHYSICAL;
}

static void heavy_save(struct vcpu *vcpu)
{
#define SAVE(name, reg) vcpu->regs[VCPU_REG_##name] = sysreg_read(reg);
    HEAVY_REGS(SAVE)
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntvoff_el2, 0);
    if (has_ptimer()) {
        PTIMER_REGS(SAVE)
        sysreg_write(cntp_ctl_el0, 0);
    }
#undef SAVE
}

static void heavy_restore(const struct vcpu *vcpu)
{
#define RESTORE(name, reg) sysreg_write(reg, vcpu->regs[VCPU_REG_##name]);
    HEAVY_REGS(RESTORE)
    if (has_ptimer()) {
        PTIMER_REGS(RESTORE)
    }
#undef RESTORE
}

/* vCPUs of a VM have one VMID and each its own TLB and instruction cache, as far as the guest is
 * concerned: it may use an ASID for one thing here and for another there. */
static void translations_forget(const struct vcpu *vcpu)
{
    if (vcpu->vmm->vcpu_count > 1) {
        sysreg_write(vttbr_el2, vcpu->thread.vttbr);
        arch_guest_translations_forget();
    }
}

void vcpu_load(struct cpu *cpu, struct vcpu *vcpu)
{
    struct vcpu *old = cpu->loaded;

    if (old != NULL) {
        heavy_save(old);
        virq_unload(old);
        old->is_loaded = false;
        cpu->loaded = NULL;
        vcpu_timer_unload(old);
    }
    if (vcpu != NULL) {
        vcpu_timer_load(vcpu);
        heavy_restore(vcpu);
        translations_forget(vcpu);
        virq_load(vcpu);
        vcpu->is_loaded = true;
        cpu->loaded = vcpu;
    }
}

/* Read first and stored then, so that neighbours are stored in pairs. */
void vcpu_regs_leave(struct vcpu *vcpu)
{
    uint64_t sctlr = sysreg_read(sctlr_el1);
    uint64_t cpacr = sysreg_read(cpacr_el1);
    uint64_t tpidr = sysreg_read(tpidr_el0);
    uint64_t tpidrro = sysreg_read(tpidrro_el0);
    uint64_t cntkctl = sysreg_read(cntkctl_el1);

    vcpu->thread.hcr = sysreg_read(hcr_el2); /* has a virtual SError while it is pending */
    vcpu->regs[VCPU_REG_SCTLR_EL1] = sctlr;
    vcpu->regs[VCPU_REG_CPACR_EL1] = cpacr;
    vcpu->regs[VCPU_REG_TPIDR_EL0] = tpidr;
    vcpu->regs[VCPU_REG_TPIDRRO_EL0] = tpidrro;
    vcpu->regs[VCPU_REG_CNTKCTL_EL1] = cntkctl;
}

void vcpu_regs_enter(const struct vcpu *vcpu)
{
    uint64_t sctlr = vcpu->regs[VCPU_REG_SCTLR_EL1];
    uint64_t cpacr = vcpu->regs[VCPU_REG_CPACR_EL1];
    uint64_t tpidr = vcpu->regs[VCPU_REG_TPIDR_EL0];
    uint64_t tpidrro = vcpu->regs[VCPU_REG_TPIDRRO_EL0];
    uint64_t cntkctl = vcpu->regs[VCPU_REG_CNTKCTL_EL1];

    sysreg_write(sctlr_el1, sctlr);
    sysreg_write(cpacr_el1, cpacr);
    sysreg_write(tpidr_el0, tpidr);
    sysreg_write(tpidrro_el0, tpidrro);
    sysreg_write(cntkctl_el1, cntkctl);
    counters_take();
}

void vcpu_regs_clear(void)
{
    counters_give();
    sysreg_write(sctlr_el1, SCTLR_EL1_PD);
    sysreg_write(cpacr_el1, CPACR_EL1_PD);
    sysreg_write(tpidrro_el0, 0);
    sysreg_write(cntkctl_el1, ptimer_cntkctl);
}

#define BIT(name, reg) | 1ul << VCPU_REG_##name
static const uint64_t heavy_regs = 0 HEAVY_REGS(BIT) PTIMER_REGS(BIT);
#undef BIT

_Static_assert(VCPU_REG_COUNT <= 64, "a bit each in heavy_regs");

/* Has `reg` in memory, where the others are while a PD runs. False: no such register. */
static bool reg_fetch(struct cpu *cpu, const struct vcpu *vcpu, uint64_t reg)
{
    if (reg >= VCPU_REG_COUNT) {
        return false;
    }
    if (vcpu->is_loaded && (heavy_regs >> reg & 1) != 0) {
        vcpu_load(cpu, NULL);
    }
    return true;
}

bool vcpu_reg_read(struct cpu *cpu, const struct vcpu *vcpu, uint64_t reg, uint64_t *value)
{
    if (!reg_fetch(cpu, vcpu, reg)) {
        return false;
    }
    *value = vcpu->regs[reg];
    return true;
}

bool vcpu_reg_write(struct cpu *cpu, struct vcpu *vcpu, uint64_t reg, uint64_t value)
{
    if (!reg_fetch(cpu, vcpu, reg)) {
        return false;
    }
    vcpu->regs[reg] = value;
    if (reg >= VCPU_REG_CNTV_CTL_EL0 && reg <= VCPU_REG_CNTVOFF_EL2) {
        vcpu_timer_arm(vcpu);
    }
    return true;
}
