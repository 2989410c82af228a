/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The physical interrupts that are bound to a vCPU's: SPIs that go straight to its VM, and its two
 * timers. Those of the timers are the loaded vCPU's; what another's would be is remembered.
 */
#pragma once

#include "irq.h"

/* The guest timer with this INTID, or GUEST_TIMER_COUNT. */
COLD unsigned virq_bound_timer(uint32_t intid);

/* The route of an SPI that goes straight to the vCPU's VM, or NULL. */
COLD struct irq_route *virq_bound_straight(const struct vcpu *vcpu, uint32_t intid);

/* Whether `intid` of this vCPU has a physical interrupt behind it now: its timers, and the straight
 * SPIs that it is the target of. The functions below are about such ones. */
COLD bool virq_bound_exists(const struct vcpu *vcpu, uint32_t intid);

/* Whether it is in the machine, rather than remembered. */
COLD bool virq_bound_is_in_machine(const struct vcpu *vcpu, uint32_t intid);

/* Whether the guest has pended it itself: then it is kept although its line may be low. */
COLD bool *virq_bound_soft(struct vcpu *vcpu, uint32_t intid);

/* Its pendency at the distributor. */
COLD bool virq_bound_is_pending(const struct vcpu *vcpu, uint32_t intid);
COLD void virq_bound_set_pending(struct vcpu *vcpu, uint32_t intid, bool is_pending);

/* It has been handled, or taken back: it may come again. */
COLD void virq_bound_end(const struct vcpu *vcpu, uint32_t intid);

/* True if the state of `intid` in `vcpu` is a physical interrupt's: the guest's timers, and what
 * goes straight to the VM, whichever of its vCPUs has it now. */
static inline bool virq_is_bound(const struct vcpu *vcpu, uint32_t intid)
{
    const struct irq_route *route = irq_route(intid);

    if (LIKELY(route == NULL || (route->kind != ROUTE_VCPU && route->kind != ROUTE_GUEST_TIMER))) {
        return false;
    }
    return route->kind == ROUTE_GUEST_TIMER || route->vcpu->vmm == vcpu->vmm;
}
