/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Exception syndromes (ESR_EL2 of a guest's exception, ESR_EL1 of one given to it): Arm DDI 0487,
 * D17.2.37.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ESR_EC(esr)     ((uint32_t)(esr) >> 26 & 0x3f)
#define ESR_EC_FIELD(x) ((uint64_t)(x) << 26)
#define ESR_IL          (1u << 25) /* 32-bit instruction */

enum esr_ec {
    ESR_EC_UNKNOWN = 0x00,
    ESR_EC_WFX = 0x01,
    ESR_EC_HVC64 = 0x16,
    ESR_EC_SMC64 = 0x17,
    ESR_EC_SYSREG = 0x18,
    ESR_EC_IABT_LOWER = 0x20,
    ESR_EC_IABT_SAME = 0x21,
    ESR_EC_DABT_LOWER = 0x24,
    ESR_EC_DABT_SAME = 0x25,
};

/* Data aborts. */
#define ESR_ISV               (1u << 24)           /* the fields below are valid */
#define ESR_SAS(esr)          ((esr) >> 22 & 3)    /* log2 of the bytes accessed */
#define ESR_SSE               (1u << 21)           /* sign-extend */
#define ESR_SRT(esr)          ((esr) >> 16 & 0x1f) /* register; 31 is xzr */
#define ESR_SF                (1u << 15)           /* 64-bit register */
#define ESR_CM                (1u << 8)            /* cache maintenance */
#define ESR_S1PTW             (1u << 7)            /* on a walk of the guest's own tables */
#define ESR_WNR               (1u << 6)            /* write */
#define ESR_FSC_EXTERNAL      0x10                 /* synchronous external abort */
#define ESR_FSC_EXTERNAL_WALK 0x14                 /* ... on a table walk, level in [1:0] */

/* System register accesses. */
#define ESR_SYS_READ     1u /* MRS */
#define ESR_SYS_RT(esr)  ((esr) >> 5 & 0x1f)
#define ESR_SYS_REG_MASK 0x3ffc1eu /* Op0 Op2 Op1 CRn CRm */

/* The part of a syndrome that names system register op0, op1, crn, crm, op2. */
#define ESR_SYS_REG(op0, op1, crn, crm, op2)                                                       \
    ((uint32_t)(op0) << 20 | (uint32_t)(op2) << 17 | (uint32_t)(op1) << 14 |                       \
     (uint32_t)(crn) << 10 | (uint32_t)(crm) << 1)

/* The value that a read of `esr`'s size and extension puts into its register, `data` as it comes
 * from the device. */
static inline uint64_t esr_extend(uint64_t esr, uint64_t data)
{
    unsigned shift = 64 - (8u << ESR_SAS(esr));
    data <<= shift;
    data = (esr & ESR_SSE) != 0 ? (uint64_t)((int64_t)data >> shift) : data >> shift;
    return (esr & ESR_SF) != 0 ? data : (uint32_t)data;
}
