/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * EL2 registers that are set once, and the memory that a core's kernel runs on. See cpu_setup.h.
 */
#include "cpu_setup.h"

#include "arch.h"
#include "counters.h"
#include "regs.h"
#include "vcpu_regs.h"

#define STACK_SIZE 4096

/* The stack with the core's state on top: entry.S finds both from one pointer. */
struct core_memory {
    uint8_t stack[STACK_SIZE];
    struct cpu cpu;
};

/* entry.S takes the addresses of these two. */
extern struct core_memory core_memory;
extern uint8_t panic_stack[STACK_SIZE];

__attribute__((aligned(64), used)) struct core_memory core_memory;
__attribute__((aligned(16), used)) uint8_t panic_stack[STACK_SIZE];

__asm__(".global boot_stack_top\n"
        ".set boot_stack_top, core_memory + 4096\n"
        ".global panic_stack_top\n"
        ".set panic_stack_top, panic_stack + 4096\n");

_Static_assert(STACK_SIZE == 4096, "the two offsets above");

void cpu_setup(struct cpu *cpu)
{
    uint64_t counters = sysreg_read(pmcr_el0) >> 11 & 0x1f; /* PMCR_EL0.N, for MDCR_EL2.HPMN */

    cpu->ready.top = -1;
    sysreg_write(hcr_el2, HCR_PD);
    sysreg_write(vtcr_el2, VTCR_EL2_VALUE);
    sysreg_write(cptr_el2, CPTR_VALUE | CPTR_TFP);
    sysreg_write(mdcr_el2, MDCR_TRAPS | counters);
    sysreg_write(hstr_el2, 0);
    sysreg_write(cnthctl_el2, CNTHCTL_VALUE);
    sysreg_write(cntvoff_el2, 0);
    sysreg_write(cnthp_ctl_el2, 0);
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntp_ctl_el0, 0);
    sysreg_write(mdscr_el1, 0);
    sysreg_write(vpidr_el2, sysreg_read(midr_el1));
    counters_init();
    vcpu_regs_clear();
    __asm__ volatile("tlbi alle1\n\tic iallu\n\tdsb nsh\n\tisb" : : : "memory");
}
