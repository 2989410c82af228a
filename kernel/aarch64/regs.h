/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Bits of the system registers that the kernel uses. Arm ARM DDI 0487, D17 (AArch64 system
 * registers).
 */
#pragma once

/* HCR_EL2, D17.2.48 */
#define HCR_VM    (1ul << 0)  /* stage 2 on */
#define HCR_SWIO  (1ul << 1)  /* a guest's invalidate by set/way also cleans */
#define HCR_PTW   (1ul << 2)  /* a walk of stage 1 in Device memory is a fault of stage 2 */
#define HCR_FMO   (1ul << 3)  /* FIQ to EL2, virtual FIQ enabled */
#define HCR_IMO   (1ul << 4)  /* IRQ to EL2, virtual IRQ enabled */
#define HCR_AMO   (1ul << 5)  /* SError to EL2 */
#define HCR_VSE   (1ul << 8)  /* virtual SError pending */
#define HCR_DC    (1ul << 12) /* stage 1 off reads as Normal write-back */
#define HCR_TWI   (1ul << 13) /* trap WFI */
#define HCR_TSC   (1ul << 19) /* trap SMC */
#define HCR_TIDCP (1ul << 20) /* trap implementation-defined registers */
#define HCR_TACR  (1ul << 21) /* trap ACTLR_EL1 */
#define HCR_TGE   (1ul << 27) /* exceptions of EL0 come to EL2 */
#define HCR_RW    (1ul << 31) /* EL1 is AArch64 */

#define HCR_PD                                                                                     \
    (HCR_VM | HCR_FMO | HCR_IMO | HCR_AMO | HCR_DC | HCR_TWI | HCR_TIDCP | HCR_TGE | HCR_RW)
#define HCR_VCPU                                                                                   \
    (HCR_VM | HCR_SWIO | HCR_PTW | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TWI | HCR_TSC | HCR_TIDCP |   \
     HCR_TACR | HCR_RW)

/* SCTLR_EL2, D17.2.119: RES1 bits, then stack alignment check, caches, MMU, write implies XN. */
#define SCTLR_EL2_VALUE (0x30c50830ul | (1ul << 19) | (1ul << 12) | (1ul << 3) | (1ul << 2) | 1)

/* SCTLR_EL1, D17.2.118. For a PD: RES1; cache maintenance, DC ZVA, WFE and CTR_EL0 at EL0; caches
 * on. */
#define SCTLR_EL1_PD                                                                               \
    (0x30d00800ul | (1ul << 26) | (1ul << 18) | (1ul << 15) | (1ul << 14) | (1ul << 12) |          \
     (1ul << 4) | (1ul << 2))
#define CPACR_EL1_PD    (3ul << 20) /* D17.2.32: no FP trap to EL1 */
#define CNTKCTL_EL1_PD  3ul         /* D17.11.15: both counters readable at EL0 */
#define CNTKCTL_EL0PTEN (1ul << 9)  /* and the physical timer usable */

/* CPTR_EL2, D17.2.33 (E2H clear): RES1, trace trapped, FP trapped. */
#define CPTR_TFP   (1ul << 10)
#define CPTR_VALUE (0x33fful | (1ul << 20))

/* MDCR_EL2, D17.3.18: trap debug and performance monitor registers. */
#define MDCR_TRAPS_COUNTERS ((1ul << 6) | (1ul << 5))
#define MDCR_TRAPS          ((1ul << 11) | (1ul << 10) | (1ul << 9) | MDCR_TRAPS_COUNTERS)

/* CNTHCTL_EL2, D17.11.3: EL1 and EL0 may use the physical counter and timer. */
#define CNTHCTL_VALUE   3ul
#define CNTHCTL_EL1PCEN (1ul << 1) /* the timer */

/* ESR_EL2.EC, D17.2.37 */
#define ESR_EC(esr)            ((esr) >> 26 & 0x3f)
#define ESR_EC_WFX             0x01
#define ESR_EC_FP              0x07
#define ESR_EC_HVC             0x16
#define ESR_EC_SVC             0x15
#define ESR_EC_SMC             0x17
#define ESR_EC_IABT_LOWER      0x20
#define ESR_EC_DABT_LOWER      0x24
#define ESR_IL                 (1ul << 25) /* the instruction has 32 bits */
#define ESR_ISS_WFE            1ul         /* WFX: TI bit 0 */
#define ESR_ISS_S1PTW          (1ul << 7)  /* abort on a stage-1 walk */
#define ESR_FSC(esr)           ((esr)&0x3f)
#define FSC_IS_PERMISSION(fsc) (((fsc)&0x3c) == 0x0c)

/* PSTATE as in SPSR_EL2, C5.2.18 */
#define PSTATE_MODE_MASK 0x1ful
#define PSTATE_EL0       0x00ul
#define PSTATE_EL1T      0x04ul
#define PSTATE_EL1H      0x05ul
#define PSTATE_EL0_32    0x10ul
#define PSTATE_DAIF      0x3c0ul
#define PSTATE_NZCV      0xf0000000ul

/* VTTBR_EL2.VMID, D17.2.152 */
#define VTTBR_VMID_SHIFT 48
