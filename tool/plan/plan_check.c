/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the description asks for against what the board has, where no placement is needed to tell.
 */
#include "plan.h"

#include "diag.h"

#define SPI_BASE 32 /* Arm Generic Interrupt Controller specification, IHI 0048B section 2.2.1 */

/* Says what the kernel itself uses an interrupt for, or returns NULL. */
static const char *kernel_use(const struct plan *plan, uint32_t intid)
{
    const struct board *board = plan->board;
    if (intid == board->timer_irq) {
        return "the kernel's own timer";
    }
    if (intid == board->maintenance_irq) {
        return "the interrupt controller's maintenance";
    }
    if (intid == board->vtimer_irq) {
        return "the timers of virtual machines, which get it without being asked";
    }
    return NULL;
}

static bool check_irq(const struct plan *plan, const char *owner, const struct irq *irq)
{
    if (irq->intid >= plan->board->irq_lines) {
        diag_error(&irq->source,
                   "irq of \"%s\": %u is beyond the interrupt controller of board %s, which "
                   "has 0..%u; an SPI n of the device tree is written as n + 32",
                   owner, irq->intid, plan->board->name, plan->board->irq_lines - 1);
        return false;
    }
    const char *use = irq_is_routed(irq) ? kernel_use(plan, irq->intid) : NULL;
    if (use != NULL) {
        diag_error(&irq->source, "irq of \"%s\": %u is kept for %s; remove it", owner, irq->intid,
                   use);
        return false;
    }
    /* Of what is private to a core, one interrupt is of use to a PD: that of its physical timer. */
    if (irq_is_routed(irq) && irq->intid < SPI_BASE && irq->intid != plan->board->ptimer_irq) {
        diag_error(&irq->source,
                   "irq of \"%s\": %u is private to a core (PPI), and of those only the physical "
                   "timer, %u, can be had; an SPI n of the device tree is written as n + 32",
                   owner, irq->intid, plan->board->ptimer_irq);
        return false;
    }
    return true;
}

static bool check_irqs(const struct plan *plan, const char *owner, const struct irq *irqs,
                       size_t count)
{
    bool sound = true;
    for (size_t i = 0; i < count; i++) {
        sound = check_irq(plan, owner, &irqs[i]) && sound;
    }
    return sound;
}

/* No board's SMMU is driven yet. */
static bool check_io_spaces(const struct plan *plan)
{
    for (size_t i = 0; i < plan->system->io_space_count; i++) {
        const struct io_space *space = &plan->system->io_spaces[i];
        diag_error(
            &space->source,
            "io_address_space \"%s\": the tree of board %s has no SMMU that Drover drives, so "
            "that nothing would keep the device to its <iomap>; remove it",
            space->name, plan->board->name);
    }
    return plan->system->io_space_count == 0;
}

bool plan_check_board(const struct plan *plan)
{
    bool sound = check_io_spaces(plan);
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        sound = check_irqs(plan, pd->name, pd->irqs, pd->irq_count) && sound;
        if (pd->vm != NULL) {
            sound = check_irqs(plan, pd->vm->name, pd->vm->irqs, pd->vm->irq_count) && sound;
        }
    }
    return sound;
}
