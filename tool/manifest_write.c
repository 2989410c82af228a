/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The manifest (drover/manifest.h): every object of the system, as the kernel reads it.
 */
#include "plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t routed_count(const struct irq *irqs, size_t count)
{
    size_t routed = 0;
    for (size_t i = 0; i < count; i++) {
        routed += irq_is_routed(&irqs[i]);
    }
    return routed;
}

static size_t irq_count(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        count += routed_count(plan->system->pds[i].irqs, plan->system->pds[i].irq_count);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        count += routed_count(plan->vms[i].vm->irqs, plan->vms[i].vm->irq_count);
    }
    return count;
}

static size_t map_count(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        count += plan->pd_spaces[i].mapping_count;
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        count += plan->vms[i].space.mapping_count;
    }
    return count;
}

static size_t slot_count(const struct plan *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        count += plan->system->pds[i].capability_count;
    }
    return count;
}

static void copy_name(char *target, const char *name)
{
    strncpy(target, name, NAME_SIZE - 1);
}

static uint64_t vttbr(const struct space *space, uint64_t vmid)
{
    return space->table.root_pa | vmid << 48;
}

/* The number of a PD's domain; without a schedule there is only domain 0. */
static uint32_t domain_of(const struct system *system, const struct pd *pd)
{
    return pd->domain == INDEX_NONE ? 0 : system->domains[pd->domain].id;
}

static void write_pds(const struct plan *plan, struct manifest_pd *out)
{
    for (size_t i = 0; i < plan->system->pd_count; i++, out++) {
        const struct pd *pd = &plan->system->pds[i];
        *out = (struct manifest_pd){
            .vttbr = vttbr(&plan->pd_spaces[i], VMID_PD(i)),
            .entry_va = plan->programs[i].elf->entry_va,
            .stack_va = PD_STACK_TOP_VA,
            .priority = pd->priority,
            .budget_us = pd->budget_us,
            .period_us = pd->period_us,
            .parent = pd->parent == INDEX_NONE ? MANIFEST_NONE : (uint32_t)pd->parent,
            .child_id = pd->id,
            .passive = pd->passive,
            .smc = pd->smc,
            .fpu = pd->fpu,
            .domain = domain_of(plan->system, pd),
            .cpu = pd->cpu,
        };
        copy_name(out->name, pd->name);
        for (size_t j = 0; j < plan->vm_count; j++) {
            if (plan->vms[j].pd == i) {
                out->first_vcpu = (uint32_t)plan->vms[j].first_vcpu;
                out->vcpu_count = (uint32_t)plan->vms[j].vm->vcpu_count;
            }
        }
    }
}

static void write_vcpus(const struct plan *plan, struct manifest_vcpu *out)
{
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        for (size_t j = 0; j < vm->vm->vcpu_count; j++, out++) {
            *out = (struct manifest_vcpu){
                .vttbr = vttbr(&vm->space, VMID_VM(i)),
                .pd = (uint32_t)vm->pd,
                .vcpu_id = vm->vm->vcpus[j].id,
                .priority = vm->vm->priority,
                .budget_us = vm->vm->budget_us,
                .period_us = vm->vm->period_us,
                .vm = (uint32_t)i,
                .cpu = vm->vm->vcpus[j].cpu,
            };
            copy_name(out->name, vm->vm->name);
        }
    }
}

static int channel_compare(const void *left, const void *right)
{
    const struct manifest_channel *a = left;
    const struct manifest_channel *b = right;
    if (a->pd != b->pd) {
        return a->pd < b->pd ? -1 : 1;
    }
    return (a->channel > b->channel) - (a->channel < b->channel);
}

static void write_channels(const struct plan *plan, struct manifest_channel *out)
{
    size_t count = plan->system->channel_count * 2;
    for (size_t i = 0; i < count; i++) {
        const struct channel_end *end = &plan->system->channels[i / 2].ends[i % 2];
        const struct channel_end *peer = &plan->system->channels[i / 2].ends[1 - i % 2];
        out[i] = (struct manifest_channel){
            .pd = (uint32_t)end->pd,
            .channel = end->id,
            .peer_pd = (uint32_t)peer->pd,
            .peer_channel = peer->id,
            .notify = end->notify,
            .call = end->pp,
        };
    }
    qsort(out, count, sizeof(*out), channel_compare);
}

/* The system-wide index of the vCPU with identifier `id`. */
static uint32_t vcpu_index(const struct plan_vm *vm, uint32_t id)
{
    for (size_t i = 0; i < vm->vm->vcpu_count; i++) {
        if (vm->vm->vcpus[i].id == id) {
            return (uint32_t)(vm->first_vcpu + i);
        }
    }
    assert(false);
    return MANIFEST_NONE;
}

static int irq_compare(const void *left, const void *right)
{
    const struct manifest_irq *a = left;
    const struct manifest_irq *b = right;
    return (a->intid > b->intid) - (a->intid < b->intid);
}

static void write_irqs(const struct plan *plan, struct manifest_irq *out)
{
    struct manifest_irq *first = out;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        for (size_t j = 0; j < pd->irq_count; j++) {
            if (irq_is_routed(&pd->irqs[j])) {
                *out++ = (struct manifest_irq){
                    .intid = pd->irqs[j].intid,
                    .edge = pd->irqs[j].edge,
                    .kind = VM_IRQ_CHANNEL,
                    .owner = (uint32_t)i,
                    .channel = pd->irqs[j].id,
                };
            }
        }
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        for (size_t j = 0; j < vm->vm->irq_count; j++) {
            const struct irq *irq = &vm->vm->irqs[j];
            if (irq_is_routed(irq)) {
                *out++ = (struct manifest_irq){
                    .intid = irq->intid,
                    .edge = irq->edge,
                    .kind = VM_IRQ_STRAIGHT,
                    .owner = vcpu_index(vm, irq->id),
                    .channel = MANIFEST_NONE,
                };
            }
        }
    }
    qsort(first, (size_t)(out - first), sizeof(*out), irq_compare);
}

static struct manifest_map *write_space(const struct space *space, size_t owner, bool is_vm,
                                        struct manifest_map *out)
{
    for (size_t i = 0; i < space->mapping_count; i++, out++) {
        const struct mapping *mapping = &space->mappings[i];
        *out = (struct manifest_map){
            .va = mapping->va,
            .pa = mapping->pa,
            .size = mapping->size,
            .owner = (uint32_t)owner,
            .is_vm = is_vm,
            .perms = mapping->perms,
            .granted = mapping->at != NULL,
        };
        copy_name(out->name, mapping->name);
    }
    return out;
}

/* PDs and VMs are numbered in the same order, so that this one is the contract's. */
static void write_maps(const struct plan *plan, struct manifest_map *out)
{
    size_t vm = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        out = write_space(&plan->pd_spaces[i], i, false, out);
        if (vm < plan->vm_count && plan->vms[vm].pd == i) {
            out = write_space(&plan->vms[vm++].space, i, true, out);
        }
    }
}

static int slot_compare(const void *left, const void *right)
{
    const struct manifest_slot *a = left;
    const struct manifest_slot *b = right;
    if (a->pd != b->pd) {
        return a->pd < b->pd ? -1 : 1;
    }
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static void write_slots(const struct plan *plan, struct manifest_slot *out)
{
    static const enum slot_kind kinds[] = {
        [CAPABILITY_TCB] = SLOT_TCB,
        [CAPABILITY_SC] = SLOT_SC,
        [CAPABILITY_VSPACE] = SLOT_VSPACE,
    };
    struct manifest_slot *first = out;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        for (size_t j = 0; j < pd->capability_count; j++) {
            *out++ = (struct manifest_slot){
                .pd = (uint32_t)i,
                .slot = pd->capabilities[j].slot,
                .kind = kinds[pd->capabilities[j].kind],
                .target_pd = (uint32_t)pd->capabilities[j].pd,
            };
        }
    }
    qsort(first, (size_t)(out - first), sizeof(*out), slot_compare);
}

static void write_schedule(const struct system *system, struct manifest_schedule *out)
{
    for (size_t i = 0; i < system->schedule_count; i++) {
        const struct schedule_entry *entry = &system->schedule[i];
        out[i] = (struct manifest_schedule){
            .domain = system->domains[entry->domain].id,
            .unit = entry->is_ticks ? DURATION_TICKS : DURATION_US,
            .duration = entry->duration,
        };
    }
}

static uint32_t array_place(uint32_t *end, size_t count, size_t size)
{
    uint32_t offset = *end;
    *end += (uint32_t)(count * size);
    return offset;
}

/* The manifest's own fields, and where its arrays lie. */
static struct manifest manifest_header(const struct plan *plan)
{
    const struct board *board = plan->board;
    struct manifest header = {
        .magic = MANIFEST_MAGIC,
        .version = MANIFEST_VERSION,
        .gic_version = board->gic_version,
        .irq_lines = board->irq_lines,
        .gic_resample_us = board->gic_resample_us,
        .uart_type = plan->input->debug ? board->uart_type : UART_NONE,
        .timer_irq = board->timer_irq,
        .vtimer_irq = board->vtimer_irq,
        .ptimer_irq = board->ptimer_irq,
        .maintenance_irq = board->maintenance_irq,
        .object_size = plan->object_size,
        .pd_count = (uint32_t)plan->system->pd_count,
        .vcpu_count = (uint32_t)plan->vcpu_count,
        .channel_count = (uint32_t)plan->system->channel_count * 2,
        .irq_count = (uint32_t)irq_count(plan),
        .map_count = (uint32_t)map_count(plan),
        .slot_count = (uint32_t)slot_count(plan),
        .schedule_count = (uint32_t)plan->system->schedule_count,
    };
    uint32_t end = sizeof(header);
    header.pd_offset = array_place(&end, header.pd_count, sizeof(struct manifest_pd));
    header.vcpu_offset = array_place(&end, header.vcpu_count, sizeof(struct manifest_vcpu));
    header.map_offset = array_place(&end, header.map_count, sizeof(struct manifest_map));
    header.channel_offset =
        array_place(&end, header.channel_count, sizeof(struct manifest_channel));
    header.irq_offset = array_place(&end, header.irq_count, sizeof(struct manifest_irq));
    header.slot_offset = array_place(&end, header.slot_count, sizeof(struct manifest_slot));
    header.schedule_offset =
        array_place(&end, header.schedule_count, sizeof(struct manifest_schedule));
    header.size = end;
    copy_name(header.board, board->name);
    return header;
}

uint64_t manifest_size(const struct plan *plan)
{
    return manifest_header(plan).size;
}

void manifest_write(const struct plan *plan)
{
    uint8_t *bytes = image_at(&plan->image, plan->manifest_pa);
    struct manifest header = manifest_header(plan);
    memcpy(bytes, &header, sizeof(header));
    write_pds(plan, (void *)(bytes + header.pd_offset));
    write_vcpus(plan, (void *)(bytes + header.vcpu_offset));
    write_maps(plan, (void *)(bytes + header.map_offset));
    write_channels(plan, (void *)(bytes + header.channel_offset));
    write_irqs(plan, (void *)(bytes + header.irq_offset));
    write_slots(plan, (void *)(bytes + header.slot_offset));
    write_schedule(plan->system, (void *)(bytes + header.schedule_offset));
}
