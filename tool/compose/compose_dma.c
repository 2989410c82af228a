/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Bus masters: which granted devices do DMA, and what could confine it.
 */
#include <libfdt.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"

/* The node that a bridge's `iommu-map` names first (its entries: what a device behind it is known
 * by, the IOMMU, what that knows it by, how many), or NODE_NONE. */
static size_t iommu_of_map(const struct devtree *devtree, size_t node)
{
    size_t length;
    const fdt32_t *map = devnode_property(devtree, node, "iommu-map", &length);
    return length < 16 ? NODE_NONE : devtree_by_phandle(devtree, fdt32_ld(&map[1]));
}

/* The node that could confine the device, or NODE_NONE. */
static size_t iommu_of(const struct compose *compose, size_t node)
{
    const struct devtree *devtree = compose->devtree;
    struct devrefs refs;
    size_t iommu = iommu_of_map(devtree, node);
    devnode_refs(devtree, node, &refs);
    for (size_t i = 0; i < refs.count && iommu == NODE_NONE; i++) {
        if (refs.entries[i].kind == REF_IOMMU) {
            iommu = refs.entries[i].target;
        }
    }
    free(refs.entries);
    return iommu;
}

bool compose_masters(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
            const struct grant *grant = &compose->vms[vm].grants[i];
            enum master master = compose->classes[grant->node].master;
            if (!grant->has_regs || master == MASTER_NO ||
                !devclass_is_device(compose->devtree, grant->node)) {
                continue;
            }
            compose->masters = alloc_grow(compose->masters, compose->master_count,
                                          &compose->master_capacity, sizeof(*compose->masters));
            compose->masters[compose->master_count++] =
                (struct master_row){.vm = vm,
                                    .node = grant->node,
                                    .is_certain = master == MASTER_YES,
                                    .iommu = iommu_of(compose, grant->node)};
        }
    }
    return true;
}
