/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Mappings in the manifest.
 */
#include "manifest_array.h"

size_t manifest_map_count(const struct plan *plan)
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
        manifest_name(out->name, mapping->name);
    }
    return out;
}

/* PDs and VMs are numbered in the same order, so that this one is the contract's. */
void manifest_map_write(const struct plan *plan, struct manifest_map *out)
{
    size_t vm = 0;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        out = write_space(&plan->pd_spaces[i], i, false, out);
        if (vm < plan->vm_count && plan->vms[vm].pd == i) {
            out = write_space(&plan->vms[vm++].space, i, true, out);
        }
    }
}
