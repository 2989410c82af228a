/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Bus masters: which granted devices do DMA, and what could confine it.
 */
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"

/* The node that the device's `iommus` or a bridge's `iommu-map` names, or NODE_NONE. */
static size_t iommu_of(const struct compose *compose, size_t node)
{
    const struct devtree *devtree = compose->devtree;
    struct devrefs refs;
    size_t iommu = NODE_NONE;
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
