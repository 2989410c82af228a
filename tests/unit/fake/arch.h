/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The fake of kernel/aarch64/arch.h, found before it on the include path of the host's tests:
 * system registers are members of a structure, devices a model of the GIC, and waiting leaves the
 * kernel.
 */
#pragma once

#include <stdint.h>

#include "drover/manifest.h"

/* The system registers that the kernel names, all zero at boot. */
struct fake_sysregs {
    uint64_t afsr0_el1, afsr1_el1, amair_el1, contextidr_el1, cpacr_el1, csselr_el1, elr_el1,
        esr_el1, far_el1, mair_el1, par_el1, sctlr_el1, sp_el1, spsr_el1, tcr_el1, tpidr_el1,
        ttbr0_el1, ttbr1_el1, vbar_el1;
    uint64_t cptr_el2, elr_el2, esr_el2, far_el2, hcr_el2, hpfar_el2, spsr_el2, vmpidr_el2,
        vttbr_el2;
    uint64_t sp_el0, tpidr_el0, tpidrro_el0;
    uint64_t cntfrq_el0, cnthctl_el2, cnthp_ctl_el2, cnthp_cval_el2, cntkctl_el1, cntp_ctl_el0,
        cntp_cval_el0, cntpct_el0, cntv_ctl_el0, cntv_cval_el0, cntvoff_el2;
};

extern struct fake_sysregs fake_sysregs;

#define sysreg_read(name)         (fake_sysregs.name)
#define sysreg_write(name, value) ((void)(fake_sysregs.name = (value)))

static inline void arch_isb(void)
{
}

static inline void arch_dsb(void)
{
}

/* What an address translation of the guest's finds: PAR_EL1, set by the test. */
extern uint64_t fake_translation;

static inline void arch_translate_guest_read(uint64_t va)
{
    (void)va;
    fake_sysregs.par_el1 = fake_translation;
}

/* The VTTBR_EL2 of each time that a guest's cached translations were dropped, the last one. */
extern uint64_t fake_forgotten_vttbr;

static inline void arch_guest_translations_forget(void)
{
    fake_forgotten_vttbr = fake_sysregs.vttbr_el2;
}

/* Returns if an interrupt is signalled; else the kernel has nothing to do, and kernel_enter() of
 * system.c ends. */
void arch_wait_for_interrupt(void);

/* Device registers at `va`, one of the KERNEL_GIC*_VA and KERNEL_UART_VA windows. */
uint32_t mmio_read32(uint64_t va);
void mmio_write32(uint64_t va, uint32_t value);
void mmio_write8(uint64_t va, uint8_t value);

/* The host memory behind a VA of the manifest, object, message page or vCPU page windows. */
void *kernel_va(uint64_t va);
