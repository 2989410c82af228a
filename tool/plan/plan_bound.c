/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How much the image may still grow once its contents are in: its tables depend on where everything
 * else lies, and everything else has to stay clear of it. So room is kept, by an upper bound.
 */
#include "plan.h"

static uint64_t program_bound(const struct program *program)
{
    uint64_t bound = 0;
    for (size_t i = 0; i < program->piece_count; i++) {
        bound += pagetable_bound(program->pieces[i].size) + sizeof(struct manifest_map);
    }
    return bound;
}

static uint64_t maps_bound(const struct plan *plan, const struct map *maps, size_t count)
{
    uint64_t bound = 4 * PAGE_SIZE_4K; /* the root, aligned */
    for (size_t i = 0; i < count; i++) {
        bound += pagetable_bound(plan->regions[maps[i].region].size) + sizeof(struct manifest_map);
    }
    return bound;
}

uint64_t plan_bound(const struct plan *plan)
{
    const struct system *system = plan->system;
    const size_t own_mappings = 16; /* stack, message page, devices, ... of a space, at most */
    uint64_t bound = PAGE_SIZE_2M;  /* rounding of the manifest and the lists */
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        bound += program_bound(&plan->programs[i]) + maps_bound(plan, pd->maps, pd->map_count) +
                 own_mappings * (pagetable_bound(0) + sizeof(struct manifest_map)) +
                 pagetable_bound(pd->stack_size) + sizeof(struct manifest_pd) +
                 pd->irq_count * sizeof(struct manifest_irq) +
                 pd->capability_count * sizeof(struct manifest_slot);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct vm *vm = plan->vms[i].vm;
        bound += maps_bound(plan, vm->maps, vm->map_count) +
                 page_round_up(vm_info_size(plan, &plan->vms[i])) +
                 vm->vcpu_count * sizeof(struct manifest_vcpu) +
                 vm->irq_count * sizeof(struct manifest_irq);
    }
    bound += system->channel_count * 2 * sizeof(struct manifest_channel) +
             system->schedule_count * sizeof(struct manifest_schedule);
    bound += program_bound(&plan->kernel) + own_mappings * pagetable_bound(PAGE_SIZE_2M);
    /* The loader's table: every range on its own, at the worst. */
    bound += (plan->memory.claim_count + 8 * (system->pd_count + system->region_count + 8)) *
             (pagetable_bound(0) + sizeof(struct loader_range) + sizeof(struct loader_copy));
    for (size_t i = 0; i < plan->board->memory_count; i++) {
        bound += pagetable_bound(plan->board->memory[i].size);
    }
    return page_round_up(bound);
}
