/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From the manifest's tables to PDs, vCPUs and channels. See objects.h.
 */
#include "objects.h"

#include "regs.h"
#include "sched.h"
#include "timer.h"
#include "vcpu_regs.h"
#include "virq.h"

static const void *table(const struct manifest *manifest, uint32_t offset)
{
    return (const char *)manifest + offset;
}

static void vcpu_create(struct vcpu *vcpu, const struct manifest_vcpu *description, uint32_t index)
{
    vcpu->manifest = description;
    vcpu->id = description->vcpu_id;
    vcpu->page = kernel_va(KERNEL_VCPU_VA + index * (uint64_t)PAGE_SIZE_4K);
    vcpu->thread = (struct thread){
        .frame = (struct frame *)vcpu->page,
        .fpu = &vcpu->fpu,
        .vttbr = description->vttbr,
        .hcr = HCR_VCPU,
        .cptr = CPTR_VALUE | CPTR_TFP,
        .budget = timer_ticks(description->budget_us),
        .priority = (uint8_t)description->priority,
        .state = THREAD_STOPPED,
        .is_vcpu = true,
        .event = EVENT_FAULT | description->vcpu_id,
    };
    vcpu_regs_reset(vcpu);
}

static void pd_create(struct pd *pd, const struct manifest_pd *description, uint32_t index)
{
    pd->manifest = description;
    pd->message = kernel_va(KERNEL_MESSAGE_VA + index * (uint64_t)PAGE_SIZE_4K);
    pd->vcpu_count = description->vcpu_count;
    pd->may_smc = description->smc != 0;
    pd->child_id = description->child_id;
    pd->frame.pc = description->entry_va;
    pd->frame.sp_el0 = description->stack_va;
    pd->thread = (struct thread){
        .frame = &pd->frame,
        .fpu = description->fpu != 0 ? &pd->fpu : NULL,
        .vttbr = description->vttbr,
        .hcr = HCR_PD,
        .cptr = CPTR_VALUE | CPTR_TFP,
        .budget = timer_ticks(description->budget_us),
        .priority = (uint8_t)description->priority,
        .state = THREAD_READY,
    };
}

/* Ties a PD to its parent and its vCPUs. */
static void pd_connect(struct objects *objects, struct pd *pd)
{
    pd->vcpus = &objects->vcpus[pd->manifest->first_vcpu];
    for (uint32_t i = 0; i < pd->vcpu_count; i++) {
        pd->vcpus[i].vmm = pd;
        pd->vcpus[i].thread.receiver = pd;
        pd->children[pd->vcpus[i].id] = &pd->vcpus[i].thread;
    }
    if (pd->manifest->parent != MANIFEST_NONE) {
        pd->parent = &objects->pds[pd->manifest->parent];
        pd->parent->children[pd->child_id] = &pd->thread;
    }
}

/* Its part of the table of slots, which is sorted by PD. */
static void slots_find(struct pd *pd, const struct manifest *manifest, uint32_t index)
{
    const struct manifest_slot *slots = table(manifest, manifest->slot_offset);

    for (uint32_t i = 0; i < manifest->slot_count; i++) {
        if (slots[i].pd == index && pd->slot_count++ == 0) {
            pd->slots = &slots[i];
        }
    }
}

static void channel_create(struct objects *objects, const struct manifest_channel *description)
{
    objects->pds[description->pd].channels[description->channel] = (struct channel){
        .peer = &objects->pds[description->peer_pd],
        .kind = CHANNEL_PEER,
        .peer_channel = (uint8_t)description->peer_channel,
        .may_notify = description->notify != 0,
        .may_call = description->call != 0,
    };
}

struct objects objects_create(const struct manifest *manifest, struct cpu *cpu)
{
    const struct manifest_pd *pds = table(manifest, manifest->pd_offset);
    const struct manifest_vcpu *vcpus = table(manifest, manifest->vcpu_offset);
    const struct manifest_channel *channels = table(manifest, manifest->channel_offset);
    struct objects objects;

    objects.pds = kernel_va(KERNEL_OBJECT_VA);
    objects.vcpus = (struct vcpu *)(objects.pds + manifest->pd_count);
    objects.routes = (struct irq_route *)(objects.vcpus + manifest->vcpu_count);
    for (uint32_t i = 0; i < manifest->vcpu_count; i++) {
        vcpu_create(&objects.vcpus[i], &vcpus[i], i);
    }
    for (uint32_t i = 0; i < manifest->pd_count; i++) {
        pd_create(&objects.pds[i], &pds[i], i);
        pd_connect(&objects, &objects.pds[i]);
        slots_find(&objects.pds[i], manifest, i);
        ready_append(&cpu->ready, &objects.pds[i].thread);
    }
    for (uint32_t i = 0; i < manifest->channel_count; i++) {
        channel_create(&objects, &channels[i]);
    }
    return objects;
}
