/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Channels, interrupts, slots and the schedule of the manifest against those of the description.
 * The standing rules have proved that the manifest names nothing twice, so that equal numbers and
 * one match for each make equal sets.
 */
#include <inttypes.h>

#include "audit_system.h"

static void check_count(struct described *described, const char *what, uint64_t found,
                        uint64_t expected)
{
    if (found != expected) {
        finding_add(&described->audit->findings, FINDING_SYSTEM_ROUTE, NULL,
                    "the image has %" PRIu64 " %s, the description %" PRIu64, found, what,
                    expected);
    }
}

static bool channel_is_there(const struct audit *audit, const struct channel_end *end,
                             const struct channel_end *peer)
{
    for (uint32_t i = 0; i < audit->manifest->channel_count; i++) {
        const struct manifest_channel *found = &audit->channels[i];
        if (found->pd == end->pd && found->channel == end->id) {
            return found->peer_pd == peer->pd && found->peer_channel == peer->id &&
                   found->notify == end->notify && found->call == end->pp;
        }
    }
    return false;
}

static void check_channels(struct described *described)
{
    const struct system *system = described->system;
    check_count(described, "ends of channels", described->audit->manifest->channel_count,
                system->channel_count * 2);
    for (size_t i = 0; i < system->channel_count * 2; i++) {
        const struct channel_end *end = &system->channels[i / 2].ends[i % 2];
        const struct channel_end *peer = &system->channels[i / 2].ends[1 - i % 2];
        if (!channel_is_there(described->audit, end, peer)) {
            finding_add(&described->audit->findings, FINDING_SYSTEM_ROUTE, &end->source,
                        "channel %u of \"%s\" is not in the image, leads elsewhere, or has other "
                        "rights",
                        end->id, system->pds[end->pd].name);
        }
    }
}

/* Whether the image sends an interrupt to `owner` (a PD, or a vCPU of the whole system). */
static bool irq_is_there(const struct audit *audit, const struct irq *irq, enum vm_irq_kind kind,
                         uint64_t owner, uint32_t channel)
{
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *found = &audit->irqs[i];
        if (found->intid == irq->intid) {
            return found->kind == kind && found->edge == irq->edge && found->owner == owner &&
                   found->channel == channel;
        }
    }
    return false;
}

static void report_irq(struct described *described, const struct irq *irq, const char *owner)
{
    finding_add(&described->audit->findings, FINDING_SYSTEM_ROUTE, &irq->source,
                "irq %u of \"%s\" is not in the image, goes elsewhere, or has another trigger",
                irq->intid, owner);
}

static uint64_t check_pd_irqs(struct described *described, size_t pd)
{
    const struct pd *owner = &described->system->pds[pd];
    uint64_t count = 0;
    for (size_t i = 0; i < owner->irq_count; i++) {
        const struct irq *irq = &owner->irqs[i];
        if (described_is_routed(irq)) {
            count++;
            if (!irq_is_there(described->audit, irq, VM_IRQ_CHANNEL, pd, irq->id)) {
                report_irq(described, irq, owner->name);
            }
        }
    }
    return count;
}

static uint64_t check_vm_irqs(struct described *described, const struct vm *vm, size_t first_vcpu)
{
    uint64_t count = 0;
    for (size_t i = 0; i < vm->irq_count; i++) {
        const struct irq *irq = &vm->irqs[i];
        size_t vcpu = 0;
        while (vcpu < vm->vcpu_count && vm->vcpus[vcpu].id != irq->id) {
            vcpu++;
        }
        if (described_is_routed(irq)) {
            count++;
            if (!irq_is_there(described->audit, irq, VM_IRQ_STRAIGHT, first_vcpu + vcpu,
                              MANIFEST_NONE)) {
                report_irq(described, irq, vm->name);
            }
        }
    }
    return count;
}

static void check_irqs(struct described *described)
{
    uint64_t count = 0;
    size_t first_vcpu = 0;
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct vm *vm = described->system->pds[i].vm;
        count += check_pd_irqs(described, i);
        if (vm != NULL) {
            count += check_vm_irqs(described, vm, first_vcpu);
            first_vcpu += vm->vcpu_count;
        }
    }
    check_count(described, "interrupts", described->audit->manifest->irq_count, count);
}

static bool slot_is_there(const struct audit *audit, size_t pd, const struct capability *capability)
{
    static const enum slot_kind kinds[] = {
        [CAPABILITY_TCB] = SLOT_TCB,
        [CAPABILITY_SC] = SLOT_SC,
        [CAPABILITY_VSPACE] = SLOT_VSPACE,
    };
    for (uint32_t i = 0; i < audit->manifest->slot_count; i++) {
        const struct manifest_slot *found = &audit->slots[i];
        if (found->pd == pd && found->slot == capability->slot) {
            return found->kind == kinds[capability->kind] && found->target_pd == capability->pd;
        }
    }
    return false;
}

static void check_slots(struct described *described)
{
    const struct system *system = described->system;
    uint64_t count = 0;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        for (size_t j = 0; j < pd->capability_count; j++) {
            count++;
            if (!slot_is_there(described->audit, i, &pd->capabilities[j])) {
                finding_add(&described->audit->findings, FINDING_SYSTEM_ROUTE,
                            &pd->capabilities[j].source,
                            "slot %u of \"%s\" is not in the image, or gives another right",
                            pd->capabilities[j].slot, pd->name);
            }
        }
    }
    check_count(described, "slots", described->audit->manifest->slot_count, count);
}

static void check_schedule(struct described *described)
{
    const struct system *system = described->system;
    uint32_t found_count = described->audit->manifest->schedule_count;
    check_count(described, "entries of the schedule", found_count, system->schedule_count);
    for (size_t i = 0; i < system->schedule_count && i < found_count; i++) {
        const struct schedule_entry *entry = &system->schedule[i];
        const struct manifest_schedule *found = &described->audit->schedule[i];
        if (found->domain != system->domains[entry->domain].id ||
            found->unit != (entry->is_ticks ? DURATION_TICKS : DURATION_US) ||
            found->duration != entry->duration) {
            finding_add(&described->audit->findings, FINDING_SYSTEM_ROUTE, &entry->source,
                        "schedule_entry: domain %u for %" PRIu64 " in the image", found->domain,
                        found->duration);
        }
    }
}

void described_check_routes(struct described *described)
{
    check_channels(described);
    check_irqs(described);
    check_slots(described);
    check_schedule(described);
}
