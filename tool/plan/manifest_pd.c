/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Protection domains and vCPUs in the manifest.
 */
#include "manifest_array.h"

static uint64_t vttbr(const struct space *space, uint64_t vmid)
{
    return space->table.root_pa | vmid << 48;
}

/* The number of a PD's domain; without a schedule there is only domain 0. */
static uint32_t domain_of(const struct system *system, const struct pd *pd)
{
    return pd->domain == INDEX_NONE ? 0 : system->domains[pd->domain].id;
}

size_t manifest_pd_count(const struct plan *plan)
{
    return plan->system->pd_count;
}

void manifest_pd_write(const struct plan *plan, struct manifest_pd *out)
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
        manifest_name(out->name, pd->name);
        for (size_t j = 0; j < plan->vm_count; j++) {
            if (plan->vms[j].pd == i) {
                out->first_vcpu = (uint32_t)plan->vms[j].first_vcpu;
                out->vcpu_count = (uint32_t)plan->vms[j].vm->vcpu_count;
            }
        }
    }
}

size_t manifest_vcpu_count(const struct plan *plan)
{
    return plan->vcpu_count;
}

void manifest_vcpu_write(const struct plan *plan, struct manifest_vcpu *out)
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
            manifest_name(out->name, vm->vm->name);
        }
    }
}
