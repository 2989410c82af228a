/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From the manifest's tables to PDs, vCPUs and channels. See objects.h.
 */
#include "objects.h"

#include "regs.h"
#include "sched.h"
#include "vcpu_regs.h"
#include "virq.h"

static const void *table(const struct manifest *manifest, uint32_t offset)
{
    return (const char *)manifest + offset;
}

/* The memory of objects is zero: what is not named stays so. */
RARE static void thread_create(struct cpu *cpu, struct thread *thread, struct budget *budget,
                               uint32_t budget_us, uint32_t period_us)
{
    thread->cptr = CPTR_VALUE | CPTR_TFP;
    thread->payer = budget;
    budget_init(budget, budget_us, period_us);
    if (budget->period != 0) {
        sched_limit(cpu);
    }
}

static void vcpu_create(struct cpu *cpu, struct vcpu *vcpu, const struct manifest_vcpu *description,
                        uint32_t index)
{
    struct thread *thread = &vcpu->thread;

    vcpu->manifest = description;
    vcpu->id = description->vcpu_id;
    vcpu->page = kernel_va(KERNEL_VCPU_VA + index * (uint64_t)PAGE_SIZE_4K);
    thread->frame = (struct frame *)vcpu->page;
    thread->fpu = &vcpu->fpu;
    thread->vttbr = description->vttbr;
    thread->hcr = HCR_VCPU;
    thread->priority = (uint8_t)description->priority;
    thread->state = THREAD_STOPPED;
    thread->is_vcpu = true;
    thread->event = EVENT_FAULT | description->vcpu_id;
    thread_create(cpu, thread, &vcpu->budget, description->budget_us, description->period_us);
    vcpu_regs_reset(vcpu);
}

static void pd_create(struct cpu *cpu, struct pd *pd, const struct manifest_pd *description,
                      uint32_t index)
{
    struct thread *thread = &pd->thread;

    pd->manifest = description;
    pd->message = kernel_va(KERNEL_MESSAGE_VA + index * (uint64_t)PAGE_SIZE_4K);
    pd->vcpu_count = description->vcpu_count;
    pd->may_smc = description->smc != 0;
    pd->is_passive = description->passive != 0;
    pd->child_id = description->child_id;
    pd->frame.pc = description->entry_va;
    pd->frame.sp_el0 = description->stack_va;
    thread->frame = &pd->frame;
    thread->fpu = description->fpu != 0 ? &pd->fpu : NULL;
    thread->vttbr = description->vttbr;
    thread->hcr = HCR_PD;
    thread->priority = (uint8_t)description->priority;
    thread->state = THREAD_READY;
    thread->domain = (uint8_t)description->domain;
    thread_create(cpu, thread, &pd->budget, description->budget_us, description->period_us);
}

/* Ties a PD to its parent and its vCPUs. */
static void pd_connect(struct objects *objects, struct pd *pd)
{
    pd->vcpus = &objects->vcpus[pd->manifest->first_vcpu];
    for (uint32_t i = 0; i < pd->vcpu_count; i++) {
        pd->vcpus[i].vmm = pd;
        pd->vcpus[i].thread.receiver = pd;
        pd->vcpus[i].thread.domain = pd->thread.domain;
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
        vcpu_create(cpu, &objects.vcpus[i], &vcpus[i], i);
    }
    for (uint32_t i = 0; i < manifest->pd_count; i++) {
        pd_create(cpu, &objects.pds[i], &pds[i], i);
        pd_connect(&objects, &objects.pds[i]);
        slots_find(&objects.pds[i], manifest, i);
        ready_append(&cpu->ready, &objects.pds[i].thread);
    }
    for (uint32_t i = 0; i < manifest->channel_count; i++) {
        channel_create(&objects, &channels[i]);
    }
    return objects;
}
