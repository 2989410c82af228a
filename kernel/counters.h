/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The performance monitor. In the configuration `benchmark` a PD may use it, and cycles are counted
 * from boot on, the kernel's included; in others it is nobody's. Guests' accesses always trap.
 */
#pragma once

#include "arch.h"
#include "regs.h"

#ifdef CONFIG_BENCHMARK

/* PMCR_EL0: enable, 64-bit cycle counter; PMCNTENSET_EL0.C; PMCCFILTR_EL0.NSH: count at EL2;
 * PMUSERENR_EL0: all of it at EL0. Arm ARM DDI 0487, D17.5. */
#define PMCR_COUNT_CYCLES ((1ul << 6) | 1)
#define PMCNTENSET_CYCLES (1ul << 31)
#define PMCCFILTR_AND_EL2 (1ul << 27)
#define PMUSERENR_ALL_EL0 0xful

static inline void counters_init(void)
{
    sysreg_write(pmcr_el0, PMCR_COUNT_CYCLES);
    sysreg_write(pmccfiltr_el0, PMCCFILTR_AND_EL2);
    sysreg_write(pmcntenset_el0, PMCNTENSET_CYCLES);
    sysreg_write(pmuserenr_el0, PMUSERENR_ALL_EL0);
}

/* A PD is about to run. */
static inline void counters_give(void)
{
    sysreg_write(mdcr_el2, sysreg_read(mdcr_el2) & ~MDCR_TRAPS_COUNTERS);
}

/* A guest is about to run. */
static inline void counters_take(void)
{
    sysreg_write(mdcr_el2, sysreg_read(mdcr_el2) | MDCR_TRAPS_COUNTERS);
}

#else

static inline void counters_init(void)
{
}

static inline void counters_give(void)
{
}

static inline void counters_take(void)
{
}

#endif
