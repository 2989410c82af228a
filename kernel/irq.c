/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One physical interrupt: acknowledged, its priority dropped, handed to its owner. It stays active
 * until the owner ends it, which is how it is masked meanwhile. See irq.h.
 */
#include "irq.h"

#include "drivers/gicv2.h"
#include "print.h"
#include "resample.h"
#include "sched.h"
#include "timer.h"
#include "vcpu_timer.h"
#include "virq.h"

struct irq_routes irq_routes;

/* One of the core's own, unless the manifest gives it to somebody. */
static void route_own(uint32_t intid, enum route_kind kind, uint8_t channel)
{
    if (intid < irq_routes.count && irq_routes.table[intid].kind == ROUTE_NONE) {
        irq_routes.table[intid] = (struct irq_route){.kind = kind, .channel = channel};
        gic_configure(intid, false,
                      kind == ROUTE_GUEST_TIMER ? GIC_PRIORITY_DEVICE : GIC_PRIORITY_KERNEL);
        gic_enable(intid, kind != ROUTE_GUEST_TIMER);
    }
}

static void route_device(const struct manifest_irq *irq, struct pd *pds, struct vcpu *vcpus)
{
    struct irq_route *route = irq_route(irq->intid);

    if (route == NULL) {
        return;
    }
    gic_configure(irq->intid, irq->edge != 0, GIC_PRIORITY_DEVICE);
    if (irq->kind == VM_IRQ_STRAIGHT) {
        *route = (struct irq_route){
            .kind = ROUTE_VCPU, .edge = irq->edge != 0, .vcpu = &vcpus[irq->owner]};
        virq_config(route->vcpu, irq->intid, irq->edge != 0 ? VIRQ_CONFIG_EDGE : 0);
        return;
    }
    struct pd *pd = &pds[irq->owner];
    *route = (struct irq_route){
        .kind = ROUTE_CHANNEL, .channel = (uint8_t)irq->channel, .edge = irq->edge != 0, .pd = pd};
    pd->channels[irq->channel] = (struct channel){.kind = CHANNEL_IRQ, .intid = irq->intid};
    gic_enable(irq->intid, true);
}

void irq_init(const struct manifest *manifest, struct irq_route *routes, struct pd *pds,
              struct vcpu *vcpus)
{
    const struct manifest_irq *irqs =
        (const struct manifest_irq *)((const char *)manifest + manifest->irq_offset);

    irq_routes.table = routes;
    irq_routes.count = manifest->irq_lines;
    for (uint32_t i = 0; i < manifest->irq_count; i++) {
        route_device(&irqs[i], pds, vcpus);
    }
    route_own(manifest->timer_irq, ROUTE_KERNEL_TIMER, 0);
    route_own(manifest->maintenance_irq, ROUTE_MAINTENANCE, 0);
    route_own(manifest->vtimer_irq, ROUTE_GUEST_TIMER, GUEST_TIMER_VIRTUAL);
    route_own(manifest->ptimer_irq, ROUTE_GUEST_TIMER, GUEST_TIMER_PHYSICAL);
}

/* What is not a device's: rare enough to stand apart from the fast path. Beyond the lines of the
 * manifest, where `route` is NULL, a boot loader may have left something enabled. */
COLD static struct thread *irq_handle_own(struct cpu *cpu, const struct irq_route *route,
                                          uint32_t intid)
{
    struct thread *woken = NULL;

    if (intid >= GIC_INTID_SPURIOUS_FIRST) {
        return NULL;
    }
    if (route == NULL) {
        gic_drop(intid);
    }
    switch (route != NULL ? route->kind : ROUTE_NONE) {
    case ROUTE_KERNEL_TIMER:
        timer_stop();
        sched_expire(cpu);
        resample_expire(cpu);
        woken = vcpu_timer_expire(cpu);
        break;
    case ROUTE_MAINTENANCE:
        woken = virq_maintain(cpu);
        break;
    default:
        gic_enable(intid, false);
        print("drover: interrupt %u belongs to nobody and is masked\n", intid);
        break;
    }
    gic_deactivate(intid);
    return woken;
}

struct thread *irq_handle(struct cpu *cpu)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = acknowledged & LR_VINTID_MASK;

    if (UNLIKELY(intid >= irq_routes.count)) {
        return irq_handle_own(cpu, NULL, intid);
    }
    struct irq_route *route = &irq_routes.table[intid];
    gic_drop(acknowledged);
    if (UNLIKELY(route->kind < ROUTE_CHANNEL)) {
        return irq_handle_own(cpu, route, intid);
    }
    resample_note();
    if (route->kind == ROUTE_VCPU) {
        return virq_raise_bound(route->vcpu, route->lr);
    }
    if (route->kind == ROUTE_GUEST_TIMER && LIKELY(cpu->loaded != NULL)) {
        return virq_raise_bound(cpu->loaded, cpu->loaded->virq.timer_lr[route->channel]);
    }
    if (route->kind == ROUTE_CHANNEL) {
        return pd_signal(route->pd, route->channel);
    }
    return irq_handle_own(cpu, route, intid);
}
