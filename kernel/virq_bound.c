/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The physical side of bound interrupts. See virq_bound.h.
 */
#include "virq_bound.h"

#include "drivers/gicv2.h"
#include "vcpu_timer.h"

unsigned virq_bound_timer(uint32_t intid)
{
    const struct irq_route *route = irq_route(intid);
    return route != NULL && route->kind == ROUTE_GUEST_TIMER ? route->channel : GUEST_TIMER_COUNT;
}

struct irq_route *virq_bound_straight(const struct vcpu *vcpu, uint32_t intid)
{
    struct irq_route *route = irq_route(intid);
    bool is_own = route != NULL && route->kind == ROUTE_VCPU && route->vcpu->vmm == vcpu->vmm;
    return is_own ? route : NULL;
}

bool virq_bound_exists(const struct vcpu *vcpu, uint32_t intid)
{
    const struct irq_route *route = virq_bound_straight(vcpu, intid);
    return (route != NULL && route->vcpu == vcpu) || virq_bound_timer(intid) != GUEST_TIMER_COUNT;
}

bool virq_bound_is_in_machine(const struct vcpu *vcpu, uint32_t intid)
{
    return vcpu->is_loaded || virq_bound_timer(intid) == GUEST_TIMER_COUNT;
}

bool *virq_bound_soft(struct vcpu *vcpu, uint32_t intid)
{
    unsigned timer = virq_bound_timer(intid);
    return timer != GUEST_TIMER_COUNT ? &vcpu->virq.timer_soft[timer]
                                      : &irq_route(intid)->soft_pending;
}

bool virq_bound_is_pending(const struct vcpu *vcpu, uint32_t intid)
{
    return virq_bound_is_in_machine(vcpu, intid)
               ? gic_bit_read(GICD_ISPENDR, intid)
               : vcpu_timer_is_pending(vcpu, virq_bound_timer(intid));
}

void virq_bound_set_pending(struct vcpu *vcpu, uint32_t intid, bool is_pending)
{
    if (virq_bound_is_in_machine(vcpu, intid)) {
        gic_bit_write(is_pending ? GICD_ISPENDR : GICD_ICPENDR, intid);
    } else {
        vcpu->virq.timer_latched[virq_bound_timer(intid)] = is_pending;
        vcpu_timer_arm(vcpu);
    }
}

void virq_bound_end(const struct vcpu *vcpu, uint32_t intid)
{
    if (virq_bound_is_in_machine(vcpu, intid)) {
        gic_deactivate(intid);
    } else {
        vcpu_timer_arm(vcpu);
    }
}
