/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See ptimer.h.
 */
#include "ptimer.h"

#include "arch.h"
#include "irq.h"
#include "regs.h"

uint64_t ptimer_cntkctl = CNTKCTL_EL1_PD;

void ptimer_init(struct cpu *cpu, uint32_t ptimer_irq)
{
    const struct irq_route *route = irq_route(ptimer_irq);

    ptimer_cntkctl = CNTKCTL_EL1_PD;
    if (route != NULL && route->kind == ROUTE_CHANNEL) {
        cpu->ptimer_owner = &route->pd->thread;
        cpu->on_switch |= SWITCH_GUARDS_TIMER;
    }
}

void ptimer_guard(const struct cpu *cpu, const struct thread *next)
{
    ptimer_cntkctl = CNTKCTL_EL1_PD | (next == cpu->ptimer_owner ? CNTKCTL_EL0PTEN : 0);
    sysreg_write(cnthctl_el2, next->is_vcpu ? CNTHCTL_VALUE & ~CNTHCTL_EL1PCEN : CNTHCTL_VALUE);
    if (!cpu->current->is_vcpu && !next->is_vcpu) {
        sysreg_write(cntkctl_el1, ptimer_cntkctl);
    }
}
