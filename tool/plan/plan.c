/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The plan, step by step.
 */
#include "plan.h"

#include <stdlib.h>

#include "alloc.h"

/* Numbers the VMs and their vCPUs in the order of the description. */
static void plan_number(struct plan *plan)
{
    const struct system *system = plan->system;
    plan->vms = alloc_array(system->pd_count, sizeof(*plan->vms));
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct vm *vm = system->pds[i].vm;
        if (vm != NULL) {
            plan->vms[plan->vm_count++] =
                (struct plan_vm){.vm = vm, .pd = i, .first_vcpu = plan->vcpu_count};
            plan->vcpu_count += vm->vcpu_count;
        }
    }
}

bool plan_build(struct plan *plan, const struct plan_input *input)
{
    *plan = (struct plan){
        .input = input,
        .board = input->board,
        .system = input->system,
        .memory = {.board = input->board},
        .programs = alloc_array(input->system->pd_count, sizeof(*plan->programs)),
        .regions = alloc_array(input->system->region_count, sizeof(*plan->regions)),
        .stack_pa = alloc_array(input->system->pd_count, sizeof(*plan->stack_pa)),
        .pd_spaces = alloc_array(input->system->pd_count, sizeof(*plan->pd_spaces)),
    };
    plan_number(plan);

    bool sound = plan_check_board(plan);
    sound = plan_read_regions(plan) && sound;
    sound = plan_read_programs(plan) && sound;
    return sound && plan_place_fixed(plan) && plan_place_contents(plan) && plan_place_rest(plan) &&
           plan_map_spaces(plan) && plan_write_image(plan);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        program_free(&plan->programs[i]);
        free(plan->pd_spaces[i].mappings);
    }
    for (size_t i = 0; i < plan->system->region_count; i++) {
        file_unmap(&plan->regions[i].prefill);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        free(plan->vms[i].space.mappings);
    }
    program_free(&plan->kernel);
    elf_free(plan->loader);
    free(plan->kernel_space.mappings);
    free(plan->loader_space.mappings);
    free(plan->programs);
    free(plan->regions);
    free(plan->vms);
    free(plan->stack_pa);
    free(plan->pd_spaces);
    memory_free(&plan->memory);
    image_free(&plan->image);
}
