/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to the routing table. The tool wrote it and nobody else can, so it is checked once, for
 * version and for what this library can do, and trusted afterwards.
 */
#include "vm_info.h"

#include <stddef.h>

#include <libvmm/guest.h>
#include <libvmm/util/util.h>

#include "vgic.h"

bool vm_info_check(const struct vm_info *info)
{
    if (info->magic != VM_INFO_MAGIC || info->version != VM_INFO_VERSION) {
        LOG_VMM_ERR("routing table: version %u (magic 0x%lx), this libvmm knows version %u; build "
                    "the image with the tool of the same release\n",
                    info->version, info->magic, VM_INFO_VERSION);
        return false;
    }
    if (info->gic_version != 2) {
        LOG_VMM_ERR("routing table: the board has a GICv%u, this libvmm emulates a GICv2 only\n",
                    info->gic_version);
        return false;
    }
    if (info->gicd_size < VGIC_REGISTER_END) {
        LOG_VMM_ERR("routing table: the distributor has 0x%lx bytes, a GICv2's has 0x%x\n",
                    info->gicd_size, VGIC_REGISTER_END);
        return false;
    }
    if (info->vcpu_count == 0 || info->vcpu_count > GUEST_MAX_NUM_VCPUS) {
        LOG_VMM_ERR("routing table: %u vCPUs, 1 to %u are possible with a GICv2\n",
                    info->vcpu_count, (unsigned)GUEST_MAX_NUM_VCPUS);
        return false;
    }
    if (info->irq_lines < 32 || info->irq_lines > 1020) {
        LOG_VMM_ERR("routing table: %u interrupt lines, a GICv2 has 32 to 1020\n", info->irq_lines);
        return false;
    }
    return true;
}

const struct vm_info_region *vm_info_region_holding(const struct vm_info *info, uint64_t gpa,
                                                    uint64_t size)
{
    const struct vm_info_region *region = vm_info_regions(info);
    for (uint32_t i = 0; i < info->region_count; i++, region++) {
        if (gpa >= region->gpa && size <= region->size &&
            gpa - region->gpa <= region->size - size) {
            return region;
        }
    }
    return NULL;
}

/* Bytes between `gpa` and the region; 0 inside. */
static uint64_t distance(const struct vm_info_region *region, uint64_t gpa)
{
    if (gpa < region->gpa) {
        return region->gpa - gpa;
    }
    uint64_t offset = gpa - region->gpa;
    return offset < region->size ? 0 : offset - region->size + 1;
}

const struct vm_info_region *vm_info_region_nearest(const struct vm_info *info, uint64_t gpa)
{
    const struct vm_info_region *region = vm_info_regions(info);
    const struct vm_info_region *nearest = NULL;
    for (uint32_t i = 0; i < info->region_count; i++, region++) {
        if (nearest == NULL || distance(region, gpa) < distance(nearest, gpa)) {
            nearest = region;
        }
    }
    return nearest;
}

const struct vm_info_irq *vm_info_irq_find(const struct vm_info *info, uint32_t intid)
{
    const struct vm_info_irq *irq = vm_info_irqs(info);
    for (uint32_t i = 0; i < info->irq_count; i++, irq++) {
        if (irq->intid == intid) {
            return irq;
        }
    }
    return NULL;
}
