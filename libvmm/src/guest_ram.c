/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Guest RAM as the VMM sees it. Works from the routing table alone, so that images can be placed
 * before the rest of libvmm is set up.
 */
#include <libvmm/guest_ram.h>

#include "platform.h"
#include "vm_info.h"

#define RAM_PERMS 3 /* MAP_PERM_READ | MAP_PERM_WRITE of drover/manifest.h */

/* Whether the VMM may use the region as guest memory. */
static bool is_shared_ram(const struct vm_info_region *region)
{
    return region->kind == VM_REGION_RAM && region->vmm_va != 0;
}

void *gpa_to_hva(uint64_t gpa, size_t size)
{
    const struct vm_info_region *region = vm_info_region_holding(platform_vm_info(), gpa, size);
    if (region == NULL || !is_shared_ram(region)) {
        return NULL;
    }
    return (void *)(uintptr_t)(region->vmm_va + (gpa - region->gpa));
}

bool guest_ram_region_find(uint64_t gpa, struct guest_ram_region *found)
{
    const struct vm_info_region *region = vm_info_region_holding(platform_vm_info(), gpa, 1);
    if (region == NULL || !is_shared_ram(region) || (region->perms & RAM_PERMS) != RAM_PERMS) {
        return false;
    }
    *found = (struct guest_ram_region){.gpa_start = region->gpa,
                                       .size = region->size,
                                       .vmm_vaddr = (void *)(uintptr_t)region->vmm_va};
    return true;
}

bool guest_ram_gpa_of_va(uintptr_t va, uint64_t *gpa)
{
    const struct vm_info *info = platform_vm_info();
    const struct vm_info_region *region = vm_info_regions(info);
    for (uint32_t i = 0; i < info->region_count; i++, region++) {
        if (is_shared_ram(region) && va >= region->vmm_va && va - region->vmm_va < region->size) {
            *gpa = region->gpa + (va - region->vmm_va);
            return true;
        }
    }
    return false;
}
