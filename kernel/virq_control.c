/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a VMM may do to the interrupts of its vCPUs: inject, look, change, and configure those that
 * are bound to physical ones. Everything here comes from an unprivileged program and is checked.
 * See virq.h.
 */
#include "virq.h"

#include "drivers/gicv2.h"
#include "irq.h"
#include "vcpu_regs.h"
#include "vcpu_timer.h"
#include "virq_inject.h"

uint32_t virq_bound_lr(uint32_t intid, uint64_t flags)
{
    uint32_t priority = flags & VIRQ_CONFIG_PRIORITY_MASK;
    return LR_HW | LR_PENDING | ((flags & VIRQ_CONFIG_GROUP1) != 0 ? LR_GROUP1 : 0) |
           priority >> 3 << LR_PRIORITY_SHIFT | intid << LR_PINTID_SHIFT | intid;
}

enum drover_error virq_inject(struct vcpu *vcpu, uint32_t word, struct thread **woken)
{
    uint32_t lr;
    enum drover_error error = virq_word_to_lr(vcpu, word, &lr);

    if (error == DROVER_OK) {
        *woken = virq_raise_new(vcpu, lr);
    }
    return error;
}

/* ---- State ---- */

/* The interrupt was pending in list register value `lr` and is no more. The physical one behind it
 * is ended, unless it is a channel's and may be injected again. Of a bound one, what the guest has
 * not seen stays pending where that is wished: an edge, or what it pended itself. */
static void physical_release(struct vcpu *vcpu, uint32_t lr, bool keep_pending)
{
    uint32_t intid = lr >> LR_PINTID_SHIFT & LR_VINTID_MASK;

    if (!virq_is_bound(vcpu, intid)) {
        if (!keep_pending) {
            gic_deactivate(intid);
        }
        return;
    }
    if (keep_pending && (irq_route(intid)->edge || *virq_bound_soft(vcpu, intid))) {
        virq_bound_set_pending(vcpu, intid, true);
    }
    virq_bound_end(vcpu, intid);
}

static void pending_remove(struct vcpu *vcpu, struct virq_place place, bool keep_pending)
{
    uint32_t lr = virq_get(vcpu, place);

    if ((lr & LR_PENDING) == 0) {
        return;
    }
    virq_put(vcpu, place, lr & ~LR_PENDING);
    if ((lr & LR_HW) != 0 && (lr & LR_ACTIVE) == 0) {
        physical_release(vcpu, lr, keep_pending);
    }
}

/* A level that the kernel has forwarded and whose line has been lowered before the guest took it:
 * it is not pending any more, as on bare hardware. Noticed when the guest looks. */
static void lowered_remove(struct vcpu *vcpu, uint32_t intid)
{
    bool *is_soft = virq_bound_soft(vcpu, intid);
    struct virq_place place;

    if (irq_route(intid)->edge || !virq_find(vcpu, virq_slot(intid), &place)) {
        return;
    }
    if ((virq_get(vcpu, place) & LR_STATE_MASK) != LR_PENDING) {
        *is_soft = false;
    } else if (!*is_soft && !virq_bound_is_pending(vcpu, intid)) {
        pending_remove(vcpu, place, false);
    }
}

void virq_timers_sample(struct vcpu *vcpu)
{
    for (uint32_t intid = GIC_INTID_PPI_FIRST; intid < GIC_INTID_SPI_FIRST; intid++) {
        if (virq_bound_timer(intid) != GUEST_TIMER_COUNT) {
            lowered_remove(vcpu, intid);
        }
    }
}

void virq_read(struct vcpu *vcpu, uint32_t first, uint32_t *pending, uint32_t *active)
{
    struct virq_place place;

    *pending = 0;
    *active = 0;
    for (uint32_t i = 0; i < 32 && first + i < GIC_INTID_SPURIOUS_FIRST; i++) {
        uint32_t intid = first + i;
        bool has_place = false;
        if (virq_bound_exists(vcpu, intid)) {
            lowered_remove(vcpu, intid);
        }
        for (uint32_t source = 0; source < (intid < 16 ? VCPU_MAX : 1); source++) {
            if (virq_find(vcpu, virq_slot(source << LR_SOURCE_SHIFT | intid), &place)) {
                uint32_t lr = virq_get(vcpu, place);
                *pending |= (lr & LR_PENDING) != 0 ? 1u << i : 0;
                *active |= (lr & LR_ACTIVE) != 0 ? 1u << i : 0;
                has_place = true;
            }
        }
        if (virq_bound_exists(vcpu, intid)) {
            bool is_active = !has_place && virq_bound_is_in_machine(vcpu, intid) &&
                             gic_bit_read(GICD_ISACTIVER, intid);
            *pending |= virq_bound_is_pending(vcpu, intid) ? 1u << i : 0;
            *active |= is_active ? 1u << i : 0;
        }
    }
}

/* Whether a straight interrupt is with a vCPU of the VM: that which it goes to now, or that which
 * it went to when it came. It has no second place. */
static bool straight_is_held(const struct vcpu *vcpu, uint32_t intid)
{
    struct virq_place place;
    bool is_held = false;

    if (virq_bound_straight(vcpu, intid) != NULL) {
        for (uint32_t i = 0; i < vcpu->vmm->vcpu_count; i++) {
            is_held = is_held || virq_find(&vcpu->vmm->vcpus[i], virq_slot(intid), &place);
        }
    }
    return is_held;
}

static enum drover_error active_set(struct vcpu *vcpu, uint32_t intid, uint32_t source, uint64_t op)
{
    uint32_t lr = (op >> 11 & 0x1f) << LR_PRIORITY_SHIFT | (op >> 16 & 1 ? LR_GROUP1 : 0) | intid;

    if (virq_is_bound(vcpu, intid)) {
        if (!virq_bound_exists(vcpu, intid)) {
            return DROVER_ERR_ARGUMENT;
        }
        lr |= LR_HW | intid << LR_PINTID_SHIFT;
        if (virq_bound_is_in_machine(vcpu, intid)) {
            gic_bit_write(GICD_ISACTIVER, intid);
        }
    } else if (intid < 16) {
        lr |= source << LR_SOURCE_SHIFT;
    }
    virq_add(vcpu, lr | LR_ACTIVE);
    return DROVER_OK;
}

static void active_clear(struct vcpu *vcpu, struct virq_place place)
{
    uint32_t lr = virq_get(vcpu, place);

    if ((lr & LR_ACTIVE) != 0) {
        virq_put(vcpu, place, lr & ~LR_ACTIVE);
        if ((lr & LR_HW) != 0) {
            physical_release(vcpu, lr, false);
        }
    }
}

enum drover_error virq_update(struct vcpu *vcpu, uint32_t intid, uint32_t source, uint64_t op,
                              uint64_t *before)
{
    struct virq_place place;

    if (intid >= GIC_INTID_SPURIOUS_FIRST || source >= VCPU_MAX || (intid >= 16 && source != 0)) {
        return DROVER_ERR_ARGUMENT;
    }
    bool found = virq_find(vcpu, virq_slot(source << LR_SOURCE_SHIFT | intid), &place);
    uint32_t lr = found ? virq_get(vcpu, place) : 0;
    bool is_physical = virq_bound_exists(vcpu, intid);
    *before = ((lr & LR_PENDING) != 0 ? VIRQ_STATE_PENDING : 0) |
              ((lr & LR_ACTIVE) != 0 ? VIRQ_STATE_ACTIVE : 0);

    switch (op & 0xff) {
    case VIRQ_OP_WITHDRAW:
    case VIRQ_OP_CLEAR_PENDING:
        if (found) {
            pending_remove(vcpu, place, (op & 0xff) == VIRQ_OP_WITHDRAW);
        }
        if (is_physical && (op & 0xff) == VIRQ_OP_CLEAR_PENDING) {
            *virq_bound_soft(vcpu, intid) = false;
            virq_bound_set_pending(vcpu, intid, false);
        }
        return DROVER_OK;
    case VIRQ_OP_SET_PENDING:
        if (!is_physical) {
            return DROVER_ERR_ARGUMENT;
        }
        *virq_bound_soft(vcpu, intid) = true;
        virq_bound_set_pending(vcpu, intid, true);
        return DROVER_OK;
    case VIRQ_OP_SET_ACTIVE:
        if (found) {
            virq_put(vcpu, place, lr | LR_ACTIVE);
        } else if (!straight_is_held(vcpu, intid)) {
            return active_set(vcpu, intid, source, op);
        }
        return DROVER_OK;
    case VIRQ_OP_CLEAR_ACTIVE:
        if (found) {
            active_clear(vcpu, place);
        } else if (is_physical && virq_bound_is_in_machine(vcpu, intid) &&
                   !straight_is_held(vcpu, intid)) {
            gic_bit_write(GICD_ICACTIVER, intid);
        }
        return DROVER_OK;
    default:
        return DROVER_ERR_ARGUMENT;
    }
}

/* ---- The whole state ---- */

static void place_reset(struct vcpu *vcpu, uint32_t *lr)
{
    uint32_t was = *lr;

    *lr = 0;
    if ((was & LR_HW) != 0 && (was & LR_STATE_MASK) != 0) {
        physical_release(vcpu, was, false);
    }
}

void virq_reset(struct cpu *cpu, struct vcpu *vcpu)
{
    struct virq_state *virq = &vcpu->virq;

    if (vcpu->is_loaded) {
        vcpu_load(cpu, NULL);
    }
    for (unsigned i = 0; i < LIST_REG_MAX; i++) {
        place_reset(vcpu, &virq->list_regs[i]);
        vcpu->eoi[i] = 0;
    }
    for (unsigned slot = 0; slot < VIRQ_SLOT_COUNT; slot++) {
        place_reset(vcpu, &virq->spill[slot]);
        virq->spill_map[slot / 32] = 0;
    }
    virq->spill_count = 0;
    virq->vmcr = 0;
    virq->apr = 0;
    virq->hcr = 0;
    for (unsigned i = 0; i < GUEST_TIMER_COUNT; i++) {
        virq->timer_enabled[i] = false;
        virq->timer_soft[i] = false;
        virq->timer_latched[i] = false;
    }
    vcpu->on_resume = 0;
}

_Static_assert(LIST_REG_MAX == sizeof((struct vcpu *)0)->eoi / sizeof(uint64_t),
               "virq_reset() counts both at once");

/* ---- Configuration ---- */

/* Guests share the lower half of the physical priorities, in their own order. */
static uint8_t physical_priority(uint64_t flags)
{
    return (uint8_t)(GIC_PRIORITY_DEVICE | (flags & VIRQ_CONFIG_PRIORITY_MASK) >> 1);
}

/* A pending interrupt takes its new priority and group at once; an active one keeps the old. */
static void priority_update(struct vcpu *vcpu, uint32_t lr)
{
    struct virq_place place;

    if (virq_find(vcpu, virq_slot(lr), &place) &&
        (virq_get(vcpu, place) & LR_STATE_MASK) == LR_PENDING) {
        virq_put(vcpu, place, 0);
        virq_raise(vcpu, lr);
    }
}

/* From here on the interrupt goes to `to`. Where it was pending it goes back to the distributor,
 * which then forwards it there; where it is active it stays, and is masked, until that has ended.
 */
static void straight_move(struct irq_route *route, uint32_t intid, struct vcpu *to)
{
    struct virq_place place;

    if (virq_find(route->vcpu, virq_slot(intid), &place)) {
        pending_remove(route->vcpu, place, true);
    }
    route->vcpu = to;
}

static void straight_config(struct irq_route *route, uint32_t intid, struct vcpu *vcpu,
                            uint64_t flags)
{
    if (route->vcpu != vcpu) {
        straight_move(route, intid, vcpu);
    }
    route->lr = virq_bound_lr(intid, flags);
    route->edge = (flags & VIRQ_CONFIG_EDGE) != 0;
    priority_update(vcpu, route->lr);
    gic_configure(intid, route->edge, physical_priority(flags));
    gic_enable(intid, (flags & VIRQ_CONFIG_ENABLE) != 0);
}

static void timer_config(struct vcpu *vcpu, unsigned timer, uint32_t intid, uint64_t flags)
{
    bool enable = (flags & VIRQ_CONFIG_ENABLE) != 0;

    vcpu->virq.timer_lr[timer] = virq_bound_lr(intid, flags);
    priority_update(vcpu, vcpu->virq.timer_lr[timer]);
    vcpu->virq.timer_enabled[timer] = enable;
    if (vcpu->is_loaded) {
        gic_enable(intid, enable);
    } else {
        vcpu_timer_arm(vcpu);
    }
}

enum drover_error virq_config(struct vcpu *vcpu, uint32_t intid, uint64_t flags)
{
    struct irq_route *route = virq_bound_straight(vcpu, intid);
    unsigned timer = virq_bound_timer(intid);

    if (route != NULL) {
        straight_config(route, intid, vcpu, flags);
        return DROVER_OK;
    }
    if (timer == GUEST_TIMER_COUNT) {
        return DROVER_ERR_ARGUMENT;
    }
    timer_config(vcpu, timer, intid, flags);
    return DROVER_OK;
}
