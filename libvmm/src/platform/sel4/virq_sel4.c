/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Virtual interrupts on seL4. All that Drover's kernel does in hardware is done by the VMM here:
 * the end of each interrupt is reported, and its physical one re-armed then; the virtual timer is
 * an interrupt that fires, waits while the guest has it disabled, and is acknowledged at its end.
 *
 * What seL4 has no way to do: to take back what is in a list register, or to set or clear an active
 * state. Both leave things as they are.
 */
#include "virq_sel4.h"

#include <microkit.h>

#include "list_registers.h"
#include "platform.h"

#define VTIMER_INTID 27 /* Arm DEN 0094 (BSA), 4.1.5 */

/* The virtual timer of a vCPU. */
struct vtimer {
    uint32_t config; /* VIRQ_CONFIG_* */
    bool is_raised;  /* fired, and masked since */
};

static struct vtimer vtimers[VCPU_MAX];

static void vtimer_deliver(unsigned vcpu)
{
    const struct vtimer *vtimer = &vtimers[vcpu];
    if (vtimer->is_raised && (vtimer->config & VIRQ_CONFIG_ENABLE) != 0 &&
        list_registers_state_of(vcpu, VTIMER_INTID) == 0) {
        uint32_t priority = vtimer->config & VIRQ_CONFIG_PRIORITY_MASK;
        bool group1 = (vtimer->config & VIRQ_CONFIG_GROUP1) != 0;
        list_registers_add(vcpu, VTIMER_INTID | INJECT_PRIORITY(priority) |
                                     (group1 ? (uint32_t)INJECT_GROUP1 : 0));
    }
}

/* Lets the timer fire again: at once, if its condition still holds. */
static void vtimer_rearm(unsigned vcpu)
{
    vtimers[vcpu].is_raised = false;
    microkit_vcpu_arm_ack_vppi(vcpu, VTIMER_INTID);
}

void virq_sel4_private(unsigned vcpu, unsigned intid)
{
    if (intid != VTIMER_INTID) {
        microkit_vcpu_arm_ack_vppi(vcpu, intid);
        return;
    }
    vtimers[vcpu].is_raised = true;
    vtimer_deliver(vcpu);
}

static void physical_rearm(uint32_t word)
{
    if ((word & INJECT_HW) != 0) {
        microkit_irq_ack(word >> 24 & 0x3f);
    }
}

bool virq_sel4_ended(unsigned vcpu, unsigned index)
{
    uint32_t word;
    if (!list_registers_end(vcpu, index, &word)) {
        return false;
    }
    unsigned intid = word & INJECT_INTID_MASK;
    physical_rearm(word);
    if (intid == VTIMER_INTID) {
        vtimer_rearm(vcpu);
    }
    list_registers_fill(vcpu);

    struct vcpu_page *page = platform_vcpu_page(vcpu);
    for (unsigned i = 0; i < sizeof page->eoi / sizeof *page->eoi; i++) {
        page->eoi[i] = 0;
    }
    page->eoi[intid / 64] = 1ull << intid % 64;
    return (word & INJECT_EOI) != 0;
}

void platform_virq_inject(unsigned vcpu, uint32_t word)
{
    list_registers_add(vcpu, word);
}

void platform_virq_state(unsigned vcpu, uint32_t first_intid, uint32_t *pending, uint32_t *active)
{
    list_registers_state(vcpu, first_intid, pending, active);
    if (first_intid == 0 && vtimers[vcpu].is_raised) {
        *pending |= 1u << VTIMER_INTID & ~*active;
    }
}

/* The pendency of an interrupt is forgotten, also where it came from. */
static void clear_pending(unsigned vcpu, uint32_t intid_and_source)
{
    physical_rearm(list_registers_withdraw(vcpu, intid_and_source));
    if (intid_and_source == VTIMER_INTID && vtimers[vcpu].is_raised &&
        list_registers_state_of(vcpu, VTIMER_INTID) == 0) {
        vtimer_rearm(vcpu);
    }
}

uint32_t platform_virq_update(unsigned vcpu, uint32_t intid_and_source, uint32_t op)
{
    uint32_t before = list_registers_state_of(vcpu, intid_and_source);
    switch (op & 0xff) {
    case VIRQ_OP_WITHDRAW:
        list_registers_withdraw(vcpu, intid_and_source);
        break;
    case VIRQ_OP_CLEAR_PENDING:
        clear_pending(vcpu, intid_and_source);
        break;
    case VIRQ_OP_SET_PENDING: /* of what is bound there is only the timer */
        if (intid_and_source == VTIMER_INTID) {
            virq_sel4_private(vcpu, VTIMER_INTID);
        }
        break;
    default:
        break;
    }
    return before;
}

/* The physical timer, which the core also configures, is not the guest's on seL4. */
void platform_virq_config(unsigned vcpu, uint32_t intid, uint32_t flags)
{
    if (intid == VTIMER_INTID) {
        vtimers[vcpu].config = flags;
        vtimer_deliver(vcpu);
    }
}

void platform_irq_ack(unsigned channel)
{
    microkit_irq_ack(channel);
}

void platform_notify(unsigned channel)
{
    /* A deferred one would be left for later by the reply to a fault. */
    microkit_notify(channel);
}
