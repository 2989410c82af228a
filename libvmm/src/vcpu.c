/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU's state: on or off, after reset, and printed.
 */
#include <libvmm/vcpu.h>

#include <libvmm/util/util.h>

#include "guest_state.h"

_Static_assert(offsetof(seL4_UserContext, x30) == offsetof(struct vcpu_page, x[30]), "x30");
_Static_assert(offsetof(seL4_UserContext, pc) == offsetof(struct vcpu_page, pc), "pc");
_Static_assert(offsetof(seL4_UserContext, spsr) == offsetof(struct vcpu_page, pstate), "spsr");
_Static_assert(offsetof(seL4_UserContext, sp) == offsetof(struct vcpu_page, sp_el0), "sp");

/* PSTATE after reset into EL1: EL1h, D, A, I and F masked (Arm DDI 0487, C5.2.19). */
#define PSTATE_RESET 0x3c5

/* SCTLR_EL1 after reset: the bits that are RES1 in Armv8.0 (29, 28, 23, 22, 20, 11), and as
 * Cortex-A cores come up: nTWE (18), nTWI (16), CP15BEN (5), SA0 (4), SA (3). MMU and caches off.
 */
#define SCTLR_RESET 0x30d50838

/* MPIDR_EL1 bit 31 is RES1, bit 30 says uniprocessor (DDI 0487, D17.2.101). */
#define MPIDR_RES1 0x80000000
#define MPIDR_U    0x40000000

bool vcpu_is_on(size_t vcpu_id)
{
    return vcpu_id < guest.vcpu_count && guest.vcpu_on[vcpu_id];
}

void vcpu_set_on(size_t vcpu_id, bool on)
{
    if (vcpu_id < guest.vcpu_count) {
        guest.vcpu_on[vcpu_id] = on;
    }
}

static bool is_timer(enum vcpu_reg reg)
{
    return reg >= VCPU_REG_CNTV_CTL_EL0 && reg <= VCPU_REG_CNTVOFF_EL2;
}

void vcpu_reset_core(unsigned vcpu)
{
    struct vcpu_page *page = platform_vcpu_page(vcpu);
    for (unsigned i = 0; i < ARRAY_SIZE(page->x); i++) {
        page->x[i] = 0;
    }
    page->sp_el0 = 0;
    page->pc = 0;
    page->pstate = PSTATE_RESET;
    for (enum vcpu_reg reg = 0; reg < VCPU_REG_COUNT; reg++) {
        if (!is_timer(reg)) {
            platform_vcpu_write(vcpu, reg, 0);
        }
    }
    platform_vcpu_write(vcpu, VCPU_REG_SCTLR_EL1, SCTLR_RESET);
    platform_vcpu_write(vcpu, VCPU_REG_VMPIDR_EL2,
                        MPIDR_RES1 | (guest.vcpu_count == 1 ? MPIDR_U : 0) | vcpu);
    guest.os_lock[vcpu] = true; /* OSLSR_EL1.OSLK resets to 1: DDI 0487, D17.3.21 */
}

void vcpu_reset(size_t vcpu_id)
{
    if (vcpu_id >= guest.vcpu_count) {
        return;
    }
    vcpu_reset_core((unsigned)vcpu_id);
    for (enum vcpu_reg reg = 0; reg < VCPU_REG_COUNT; reg++) {
        if (is_timer(reg)) {
            platform_vcpu_write((unsigned)vcpu_id, reg, 0);
        }
    }
}

void vcpu_print_regs(size_t vcpu_id)
{
    static const struct {
        const char *name;
        enum vcpu_reg reg;
    } registers[] = {
        {"sctlr_el1", VCPU_REG_SCTLR_EL1}, {"ttbr0_el1", VCPU_REG_TTBR0_EL1},
        {"ttbr1_el1", VCPU_REG_TTBR1_EL1}, {"tcr_el1", VCPU_REG_TCR_EL1},
        {"vbar_el1", VCPU_REG_VBAR_EL1},   {"esr_el1", VCPU_REG_ESR_EL1},
        {"far_el1", VCPU_REG_FAR_EL1},     {"elr_el1", VCPU_REG_ELR_EL1},
        {"spsr_el1", VCPU_REG_SPSR_EL1},   {"sp_el1", VCPU_REG_SP_EL1},
    };
    if (vcpu_id >= guest.vcpu_count) {
        return;
    }
    const struct vcpu_page *page = platform_vcpu_page((unsigned)vcpu_id);
    LOG_VMM("vCPU %lu: pc 0x%lx, pstate 0x%lx, sp_el0 0x%lx\n", vcpu_id, page->pc, page->pstate,
            page->sp_el0);
    for (unsigned i = 0; i < ARRAY_SIZE(page->x); i++) {
        LOG_VMM("    x%u 0x%lx\n", i, page->x[i]);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(registers); i++) {
        LOG_VMM("    %s 0x%lx\n", registers[i].name,
                platform_vcpu_read((unsigned)vcpu_id, registers[i].reg));
    }
}
