/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to the routing table that the tool writes for a VMM.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drover/abi.h"

/* Whether the table is one that this library understands; says why not. */
bool vm_info_check(const struct vm_info *info);

/* The region of the guest that holds all `size` bytes at `gpa`; NULL if none does. */
const struct vm_info_region *vm_info_region_holding(const struct vm_info *info, uint64_t gpa,
                                                    uint64_t size);

/* The region that begins or ends nearest to `gpa`, or holds it; NULL if the guest has none. */
const struct vm_info_region *vm_info_region_nearest(const struct vm_info *info, uint64_t gpa);

/* The physical interrupt routed to the guest as `intid`; NULL if there is none. */
const struct vm_info_irq *vm_info_irq_find(const struct vm_info *info, uint32_t intid);

static inline const struct vm_info_region *vm_info_regions(const struct vm_info *info)
{
    return (const struct vm_info_region *)((uintptr_t)info + info->region_offset);
}

static inline const struct vm_info_irq *vm_info_irqs(const struct vm_info *info)
{
    return (const struct vm_info_irq *)((uintptr_t)info + info->irq_offset);
}
