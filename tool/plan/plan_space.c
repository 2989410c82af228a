/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces: what each PD, each VM and the kernel has mapped. Nothing else is ever mapped.
 */
#include "plan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "diag.h"

#define PERM_RW (MAP_PERM_READ | MAP_PERM_WRITE)

struct mapping *space_add(struct space *space, const char *name, uint64_t va, uint64_t pa,
                          uint64_t size, uint32_t perms)
{
    space->mappings = alloc_grow(space->mappings, space->mapping_count, &space->mapping_capacity,
                                 sizeof(*space->mappings));
    struct mapping *mapping = &space->mappings[space->mapping_count++];
    *mapping = (struct mapping){.name = name,
                                .va = va,
                                .pa = pa,
                                .size = size,
                                .perms = perms,
                                .block_limit = BLOCK_SIZE_1G};
    return mapping;
}

static int mapping_compare(const void *left, const void *right)
{
    const struct mapping *a = left;
    const struct mapping *b = right;
    return (a->va > b->va) - (a->va < b->va);
}

bool space_finish(struct space *space, const char *owner)
{
    bool sound = true;
    if (space->mapping_count > 0) {
        qsort(space->mappings, space->mapping_count, sizeof(*space->mappings), mapping_compare);
    }
    for (size_t i = 1; i < space->mapping_count; i++) {
        const struct mapping *a = &space->mappings[i - 1];
        const struct mapping *b = &space->mappings[i];
        if (a->va + a->size > b->va) {
            diag_error(b->at != NULL ? b->at : a->at,
                       "in \"%s\": \"%s\" at 0x%" PRIx64 " to 0x%" PRIx64
                       " overlaps \"%s\" at 0x%" PRIx64 " to 0x%" PRIx64 "; move the map",
                       owner, b->name, b->va, b->va + b->size - 1, a->name, a->va,
                       a->va + a->size - 1);
            sound = false;
        }
    }
    return sound;
}

void space_add_program(struct space *space, const struct program *program)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        const struct piece *piece = &program->pieces[i];
        space_add(space, "image", piece->va, piece->pa, piece->size, piece->perms);
    }
}

/* Adds the maps of a PD or VM. Who may execute memory may read it. */
static void add_maps(const struct plan *plan, struct space *space, const struct map *maps,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct map *map = &maps[i];
        const struct plan_region *region = &plan->regions[map->region];
        const char *name = plan->system->regions[map->region].name;
        uint32_t perms = map->perms;
        if ((perms & MAP_PERM_EXECUTE) != 0) {
            perms |= MAP_PERM_READ;
        }
        if (!map->cached) {
            perms |= region->in_ram ? MAP_PERM_UNCACHED : MAP_PERM_DEVICE;
        }
        struct mapping *mapping =
            space_add(space, name, map->vaddr, region->pa, region->size, perms);
        mapping->at = &map->source;
        mapping->block_limit = region->block_limit;
    }
}

static bool map_pd(struct plan *plan, size_t index)
{
    const struct pd *pd = &plan->system->pds[index];
    struct space *space = &plan->pd_spaces[index];
    space_add_program(space, &plan->programs[index]);
    add_maps(plan, space, pd->maps, pd->map_count);
    space_add(space, "stack", PD_STACK_TOP_VA - pd->stack_size, plan->stack_pa[index],
              pd->stack_size, PERM_RW);
    space_add(space, "message page", PD_MESSAGE_PAGE_VA, plan->message_pa + index * PAGE_SIZE_4K,
              PAGE_SIZE_4K, PERM_RW);
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct plan_vm *vm = &plan->vms[i];
        if (vm->pd != index) {
            continue;
        }
        for (size_t j = 0; j < vm->vm->vcpu_count; j++) {
            space_add(space, "vCPU page", PD_VCPU_PAGE_VA((uint64_t)vm->vm->vcpus[j].id),
                      plan->vcpu_pa + (vm->first_vcpu + j) * PAGE_SIZE_4K, PAGE_SIZE_4K, PERM_RW);
        }
        space_add(space, "VM information", PD_VM_INFO_VA, vm->info_pa, page_round_up(vm->info_size),
                  MAP_PERM_READ);
    }
    return space_finish(space, pd->name);
}

bool plan_map_spaces(struct plan *plan)
{
    bool sound = true;
    for (size_t i = 0; i < plan->vm_count; i++) {
        struct plan_vm *vm = &plan->vms[i];
        vm->info_size = vm_info_size(plan, vm);
        if (vm->info_size > PD_VM_INFO_SIZE ||
            image_add(&plan->image, vm->info_size, PAGE_SIZE_4K, 0, &vm->info_pa) == NULL) {
            diag_error(&vm->vm->source, "virtual_machine \"%s\": no room for the table of its maps",
                       vm->vm->name);
            return false;
        }
        add_maps(plan, &vm->space, vm->vm->maps, vm->vm->map_count);
        sound = space_finish(&vm->space, vm->vm->name) && sound;
    }
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        sound = map_pd(plan, i) && sound;
    }
    return sound;
}
