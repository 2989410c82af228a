/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Injection by the VMM, inline: it is on the way of every interrupt that passes through one.
 */
#pragma once

#include "virq.h"
#include "virq_bound.h"

/* Checks injection word `word` (INJECT_*) and translates it to a list register value. */
static inline enum drover_error virq_word_to_lr(const struct vcpu *vcpu, uint32_t word,
                                                uint32_t *lr)
{
    uint32_t intid = word & INJECT_INTID_MASK;
    uint32_t value = LR_PENDING | ((word & INJECT_GROUP1) != 0 ? LR_GROUP1 : 0) |
                     (word >> 19 & 0x1f) << LR_PRIORITY_SHIFT | intid;

    if (intid < GIC_INTID_PPI_FIRST) {
        if (UNLIKELY((word & INJECT_HW) != 0)) {
            return DROVER_ERR_ARGUMENT;
        }
        *lr = value | (word >> 10 & 7) << LR_SOURCE_SHIFT | ((word & INJECT_EOI) != 0 ? LR_EOI : 0);
        return DROVER_OK;
    }
    if (UNLIKELY(intid >= GIC_INTID_SPURIOUS_FIRST || virq_is_bound(vcpu, intid))) {
        return DROVER_ERR_ARGUMENT;
    }
    if ((word & INJECT_HW) == 0) {
        *lr = value | ((word & INJECT_EOI) != 0 ? LR_EOI : 0);
        return DROVER_OK;
    }
    uint32_t id = word >> 24 & 0x3f;
    if (UNLIKELY(id >= CHANNEL_MAX || vcpu->vmm->channels[id].kind != CHANNEL_IRQ)) {
        return DROVER_ERR_CHANNEL;
    }
    *lr = value | LR_HW | vcpu->vmm->channels[id].intid << LR_PINTID_SHIFT;
    return DROVER_OK;
}

/* virq_raise(), quick where the vCPU has no other interrupt. */
static inline struct thread *virq_raise_new(struct vcpu *vcpu, uint32_t lr)
{
    if (LIKELY(virq_is_idle(vcpu))) {
        mmio_write32(GICH_LR(0), lr);
        return virq_wake(vcpu);
    }
    return virq_raise(vcpu, lr);
}
