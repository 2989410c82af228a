/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who hears whom: channels, interrupts, and the slots that give a PD rights to another.
 */
#include <inttypes.h>

#include "audit.h"

/* IHI 0048B, 2.2.1: SGIs come before PPIs, those before SPIs. */
#define FIRST_PPI 16
#define FIRST_SPI 32

static const struct manifest_channel *channel_find(const struct audit *audit, uint32_t pd,
                                                   uint32_t channel)
{
    for (uint32_t i = 0; i < audit->manifest->channel_count; i++) {
        if (audit->channels[i].pd == pd && audit->channels[i].channel == channel) {
            return &audit->channels[i];
        }
    }
    return NULL;
}

/* Says what is wrong with an end of a channel, or returns NULL. */
static const char *channel_fault(const struct audit *audit, uint32_t index)
{
    const struct manifest_channel *end = &audit->channels[index];
    if (end->pd >= audit->manifest->pd_count || end->peer_pd >= audit->manifest->pd_count) {
        return "it names a PD that does not exist";
    }
    if (end->channel >= CHANNEL_MAX) {
        return "its identifier is out of range";
    }
    if (end->pd == end->peer_pd) {
        return "it leads back to its own PD";
    }
    if (index > 0 &&
        (end[-1].pd > end->pd || (end[-1].pd == end->pd && end[-1].channel >= end->channel))) {
        return "it stands behind one with a higher or the same identifier";
    }
    const struct manifest_channel *peer = channel_find(audit, end->peer_pd, end->peer_channel);
    if (peer == NULL || peer->peer_pd != end->pd || peer->peer_channel != end->channel) {
        return "the other end does not lead back";
    }
    if (end->notify > 1 || end->call > 1) {
        return "a right is no flag";
    }
    if (end->call != 0 && audit->pds[end->pd].priority >= audit->pds[end->peer_pd].priority) {
        return "it may call a PD whose priority is not higher";
    }
    return NULL;
}

static void check_channels(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->channel_count; i++) {
        const struct manifest_channel *end = &audit->channels[i];
        const char *fault = channel_fault(audit, i);
        if (fault != NULL) {
            finding_add(&audit->findings, FINDING_CHANNEL, NULL,
                        "channel %u of PD %u to channel %u of PD %u: %s", end->channel, end->pd,
                        end->peer_channel, end->peer_pd, fault);
        }
    }
}

/* What is private to a core is the kernel's, but for the physical timer, which a PD may have. */
static bool is_kernels(const struct audit *audit, const struct manifest_irq *irq)
{
    const struct board *board = audit->input->board;
    bool pds_timer = irq->intid == board->ptimer_irq && irq->kind == VM_IRQ_CHANNEL;
    return irq->intid == board->timer_irq || irq->intid == board->maintenance_irq ||
           irq->intid == board->vtimer_irq || (irq->intid < FIRST_SPI && !pds_timer);
}

/* Whether the channel of an interrupt is also a channel, or another interrupt's. */
static bool irq_channel_taken(const struct audit *audit, uint32_t index)
{
    const struct manifest_irq *irq = &audit->irqs[index];
    for (uint32_t i = 0; i < index; i++) {
        if (audit->irqs[i].kind == VM_IRQ_CHANNEL && audit->irqs[i].owner == irq->owner &&
            audit->irqs[i].channel == irq->channel) {
            return true;
        }
    }
    return channel_find(audit, irq->owner, irq->channel) != NULL;
}

/* Says what is wrong with a route, or returns NULL. */
static const char *irq_fault(const struct audit *audit, uint32_t index)
{
    const struct manifest_irq *irq = &audit->irqs[index];
    if (irq->intid < FIRST_PPI || irq->intid >= audit->input->board->irq_lines) {
        return "the board has no such interrupt";
    }
    if (is_kernels(audit, irq)) {
        return "it is the kernel's own";
    }
    if (index > 0 && irq[-1].intid >= irq->intid) {
        return "it stands behind a higher or the same one: it has two owners";
    }
    if (irq->edge > 1 || irq->reserved != 0) {
        return "its trigger is no flag, or a reserved field is set";
    }
    if (irq->kind == VM_IRQ_CHANNEL) {
        if (irq->owner >= audit->manifest->pd_count || irq->channel >= CHANNEL_MAX) {
            return "it goes to a PD or channel that does not exist";
        }
        return irq_channel_taken(audit, index) ? "its channel is in use already" : NULL;
    }
    if (irq->kind != VM_IRQ_STRAIGHT || irq->owner >= audit->manifest->vcpu_count ||
        irq->channel != MANIFEST_NONE) {
        return "it goes to a vCPU that does not exist";
    }
    return NULL;
}

static void check_irqs(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *irq = &audit->irqs[i];
        const char *fault = irq_fault(audit, i);
        if (fault != NULL) {
            finding_add(&audit->findings, FINDING_INTERRUPT, NULL,
                        "interrupt %u, owner %u, channel %u: %s", irq->intid, irq->owner,
                        irq->channel, fault);
        }
    }
}

static void check_slots(struct audit *audit)
{
    uint32_t pd_count = audit->manifest->pd_count;
    for (uint32_t i = 0; i < audit->manifest->slot_count; i++) {
        const struct manifest_slot *slot = &audit->slots[i];
        bool in_order = i == 0 || slot[-1].pd < slot->pd ||
                        (slot[-1].pd == slot->pd && slot[-1].slot < slot->slot);
        if (slot->pd >= pd_count || slot->target_pd >= pd_count || slot->slot >= SLOT_MAX ||
            slot->kind > SLOT_VSPACE || !in_order) {
            finding_add(&audit->findings, FINDING_SLOT, NULL,
                        "slot %u of PD %u, kind %u, of PD %u: out of range, or in use twice",
                        slot->slot, slot->pd, slot->kind, slot->target_pd);
        }
    }
}

void audit_check_routes(struct audit *audit)
{
    check_channels(audit);
    check_irqs(audit);
    check_slots(audit);
}
