/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the guest reads and writes of the state of its interrupts: pending and active, wherever that
 * is kept. See vgic.h.
 */
#include "vgic.h"

void vgic_set_pending(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    mask &= bank->exists & (index == 0 ? ~0xffffu : ~0u);
    FOR_EACH (i, mask & bank->bound) {
        platform_virq_update(bank->holder[i], index * 32 + i, VIRQ_OP_SET_PENDING);
    }
    /* A physical interrupt that is pending already is pending: one latch, one delivery. */
    vgic_take_back(vcpu, index, mask & bank->by_channel & ~bank->eoi_due);
    bank->latched |= mask & ~bank->bound & ~bank->arrived;
    vgic_give(vcpu, index, mask);
}

void vgic_clear_pending(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    mask &= bank->exists & (index == 0 ? ~0xffffu : ~0u);
    FOR_EACH (i, mask & (bank->bound | bank->given)) {
        uint32_t bit = 1u << i;
        uint32_t before =
            platform_virq_update(bank->holder[i], index * 32 + i, VIRQ_OP_CLEAR_PENDING);
        if ((before & VIRQ_STATE_ACTIVE) == 0) {
            bank->given &= ~bit;
            bank->eoi_due &= ~bit;
        }
    }
    FOR_EACH (i, mask & bank->arrived) {
        platform_irq_ack(bank->channel[i]);
    }
    bank->arrived &= ~mask;
    bank->latched &= ~mask;
    bank->given_latched &= ~mask;
    vgic_give(vcpu, index, mask);
}

void vgic_set_active(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    uint32_t pending, active;
    vgic_read_state(vcpu, index, &pending, &active);
    FOR_EACH (i, mask & bank->exists & ~active) {
        uint32_t group = bank->group1 >> i & 1;
        platform_virq_update(bank->holder[i], index * 32 + i,
                             VIRQ_OP_SET_ACTIVE | (uint32_t)bank->priority[i] << 8 | group << 16);
        bank->given |= 1u << i & ~bank->bound;
    }
}

/* Clears the active state that `holder` may have of interrupt `i`. Returns the state before. */
static uint32_t clear_active_at(unsigned holder, unsigned index, uint32_t i)
{
    unsigned source_count = index == 0 && i < VGIC_SGI_COUNT ? vgic.vcpu_count : 1;
    uint32_t before = 0;
    for (unsigned source = 0; source < source_count; source++) {
        before |=
            platform_virq_update(holder, (index * 32 + i) | source << 10, VIRQ_OP_CLEAR_ACTIVE);
    }
    return before;
}

void vgic_clear_active(unsigned vcpu, unsigned index, uint32_t mask)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    FOR_EACH (i, mask & bank->given) {
        uint32_t before = clear_active_at(bank->holder[i], index, i);
        if (before == VIRQ_STATE_ACTIVE && (bank->eoi_due >> i & 1) != 0) {
            vgic_end(bank->holder[i], index * 32 + i);
        }
    }
    FOR_EACH (i, mask & bank->bound) { /* who has it active may not be its target any more */
        for (unsigned holder = 0; holder < vgic.vcpu_count; holder++) {
            if (index != 0 || holder == vcpu) {
                clear_active_at(holder, index, i);
            }
        }
    }
}

void vgic_read_state(unsigned vcpu, unsigned index, uint32_t *pending, uint32_t *active)
{
    struct vgic_bank *bank = vgic_bank(vcpu, index);
    *pending = bank->latched | bank->line | bank->arrived;
    *active = 0;
    for (unsigned holder = 0; holder < vgic.vcpu_count; holder++) {
        uint32_t there_pending, there_active;
        if (index != 0 || holder == vcpu) {
            platform_virq_state(holder, index * 32, &there_pending, &there_active);
            *pending |= there_pending;
            *active |= there_active;
        }
    }
    for (unsigned i = 0; index == 0 && i < VGIC_SGI_COUNT; i++) {
        *pending |= bank->sgi_sources[i] != 0 ? 1u << i : 0;
    }
    *pending &= bank->exists;
    *active &= bank->exists;
}
