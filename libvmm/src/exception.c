/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Taking an exception to EL1 in the guest's stead: Arm DDI 0487, AArch64.TakeException.
 */
#include "exception.h"

#include "compiler.h"
#include "esr.h"

#define PSTATE_MODE_MASK 0xful
#define PSTATE_EL1T      0x4ul
#define PSTATE_EL1H      0x5ul
#define PSTATE_DAIF      0x3c0ul
#define PSTATE_NZCV      0xf0000000ul
#define PSTATE_PAN       (1ul << 22)

#define SCTLR_SPAN (1ul << 23) /* clear: PAN is set on an exception to EL1; RES1 in Armv8.0 */

/* Offsets into the vector table (D1.3.1.5): exceptions from the same level, with SP_EL0 or SP_EL1,
 * and from a lower one, in AArch64 or AArch32. Synchronous exceptions come first in each. */
static uint64_t vector_offset(uint64_t pstate)
{
    if ((pstate & PSTATE_AARCH32) != 0) {
        return 0x600;
    }
    switch (pstate & PSTATE_MODE_MASK) {
    case PSTATE_EL1H:
        return 0x200;
    case PSTATE_EL1T:
        return 0x000;
    default:
        return 0x400;
    }
}

static bool from_el1(uint64_t pstate)
{
    return (pstate & PSTATE_AARCH32) == 0 && (pstate & 0xc) == 4;
}

static void take(unsigned vcpu, struct vcpu_page *page, uint64_t syndrome)
{
    uint64_t sctlr = platform_vcpu_read(vcpu, VCPU_REG_SCTLR_EL1);
    platform_vcpu_write(vcpu, VCPU_REG_ESR_EL1, syndrome);
    platform_vcpu_write(vcpu, VCPU_REG_ELR_EL1, page->pc);
    platform_vcpu_write(vcpu, VCPU_REG_SPSR_EL1, page->pstate);
    page->pc = platform_vcpu_read(vcpu, VCPU_REG_VBAR_EL1) + vector_offset(page->pstate);
    page->pstate = (page->pstate & (PSTATE_NZCV | PSTATE_PAN)) | PSTATE_DAIF | PSTATE_EL1H |
                   ((sctlr & SCTLR_SPAN) == 0 ? PSTATE_PAN : 0);
}

void exception_abort(unsigned vcpu)
{
    struct vcpu_page *page = platform_vcpu_page(vcpu);
    uint64_t esr = page->esr;
    bool is_data = ESR_EC(esr) == ESR_EC_DABT_LOWER;
    bool same_level = from_el1(page->pstate);
    uint64_t class = is_data ? (same_level ? ESR_EC_DABT_SAME : ESR_EC_DABT_LOWER)
                             : (same_level ? ESR_EC_IABT_SAME : ESR_EC_IABT_LOWER);
    uint64_t syndrome = ESR_EC_FIELD(class) | ESR_IL;
    syndrome |= (esr & ESR_S1PTW) != 0 ? ESR_FSC_EXTERNAL_WALK : ESR_FSC_EXTERNAL;
    syndrome |= is_data ? esr & (ESR_CM | ESR_WNR) : 0;
    platform_vcpu_write(vcpu, VCPU_REG_FAR_EL1, page->far_va);
    take(vcpu, page, syndrome);
}

void exception_undefined(unsigned vcpu)
{
    struct vcpu_page *page = platform_vcpu_page(vcpu);
    take(vcpu, page, ESR_EC_FIELD(ESR_EC_UNKNOWN) | (page->esr & ESR_IL));
}

/* ITSTATE in an AArch32 PSTATE: [7:2] at 15:10, [1:0] at 26:25; ITAdvance() of DDI 0487, G1. */
static uint64_t it_advance(uint64_t pstate)
{
    uint64_t it = (pstate >> 10 & 0x3f) << 2 | (pstate >> 25 & 3);
    it = (it & 7) == 0 ? 0 : (it & 0xe0) | (it << 1 & 0x1f);
    return (pstate & ~(0x3ful << 10 | 3ul << 25)) | (it >> 2) << 10 | (it & 3) << 25;
}

COLD void exception_skip_aarch32(struct vcpu_page *page)
{
    bool is_wide = (page->esr & ESR_IL) != 0;
    page->pstate &= ~PSTATE_SS;
    if ((page->pstate & PSTATE_THUMB) != 0) {
        page->pstate = it_advance(page->pstate);
    }
    page->pc += is_wide ? 4 : 2;
}
