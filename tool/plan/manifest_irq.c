/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Physical interrupts in the manifest: to PDs by channel, and straight to vCPUs.
 */
#include "manifest_array.h"

#include <assert.h>
#include <stdlib.h>

static size_t routed_count(const struct irq *irqs, size_t count)
{
    size_t routed = 0;
    for (size_t i = 0; i < count; i++) {
        routed += irq_is_routed(&irqs[i]);
    }
    return routed;
}

size_t manifest_irq_count(const struct plan *plan)
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

void manifest_irq_write(const struct plan *plan, struct manifest_irq *out)
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
