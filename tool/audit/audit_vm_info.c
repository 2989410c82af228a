/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The routing tables of VMMs (struct vm_info of drover/abi.h): what a VMM is told agrees with what
 * its VM has.
 */
#include <inttypes.h>
#include <string.h>

#include "audit.h"

static void report(struct audit *audit, uint32_t vm, const char *what, uint64_t value)
{
    finding_add(&audit->findings, FINDING_VM_INFO, NULL,
                "VM \"%s\": its VMM's routing table: %s (0x%" PRIx64 ")",
                audit_space_of(audit, AUDIT_VM, vm)->name, what, value);
}

static void expect(struct audit *audit, uint32_t vm, const char *field, uint64_t value,
                   uint64_t expected)
{
    if (value != expected) {
        finding_add(&audit->findings, FINDING_VM_INFO, NULL,
                    "VM \"%s\": its VMM's routing table: %s is 0x%" PRIx64
                    "; expected is 0x%" PRIx64,
                    audit_space_of(audit, AUDIT_VM, vm)->name, field, value, expected);
    }
}

const struct vm_info *audit_vm_info(const struct audit *audit, uint32_t vm)
{
    uint32_t pd = audit_first_vcpu(audit, vm)->pd;
    if (pd >= audit->manifest->pd_count) {
        return NULL;
    }
    const struct audit_extent *extent =
        audit_lookup(audit_space_of(audit, AUDIT_PD, pd), PD_VM_INFO_VA);
    if (extent == NULL || extent->va != PD_VM_INFO_VA || extent->perms != MAP_PERM_READ) {
        return NULL;
    }
    const struct vm_info *info = audit_bytes(audit, extent->pa, extent->size);
    if (info == NULL || info->magic != VM_INFO_MAGIC || info->version != VM_INFO_VERSION ||
        extent->size != ((uint64_t)info->size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K ||
        extent->size > PD_VM_INFO_SIZE) {
        return NULL;
    }
    uint64_t regions = info->region_count * (uint64_t)sizeof(struct vm_info_region);
    uint64_t irqs = info->irq_count * (uint64_t)sizeof(struct vm_info_irq);
    bool tiled = info->region_offset == sizeof(*info) &&
                 info->irq_offset == info->region_offset + regions &&
                 info->size == info->irq_offset + irqs;
    return tiled ? info : NULL;
}

const struct vm_info_region *audit_vm_info_regions(const struct vm_info *info)
{
    return (const void *)((const uint8_t *)info + info->region_offset);
}

const struct vm_info_irq *audit_vm_info_irqs(const struct vm_info *info)
{
    return (const void *)((const uint8_t *)info + info->irq_offset);
}

/* Where the guest has its CPU interface: the board's GICV, wherever the VM maps it. */
static struct range guest_cpu_interface(const struct audit *audit, uint32_t pd)
{
    const struct range *gicv = &audit->input->board->gicv;
    size_t count;
    const struct manifest_map *maps = audit_maps_of(audit, pd, true, &count);
    for (const struct manifest_map *map = maps; map < maps + count; map++) {
        if (gicv->base >= map->pa && gicv->base - map->pa < map->size) {
            uint64_t into = gicv->base - map->pa;
            uint64_t room = map->size - into;
            return (struct range){map->va + into, room < gicv->size ? room : gicv->size};
        }
    }
    return audit->input->board->gicc;
}

static void check_head(struct audit *audit, uint32_t vm, const struct vm_info *info)
{
    const struct board *board = audit->input->board;
    const struct manifest_vcpu *vcpu = audit_first_vcpu(audit, vm);
    struct range gicc = guest_cpu_interface(audit, vcpu->pd);
    if (memcmp(info->vm_name, vcpu->name, NAME_SIZE) != 0) {
        report(audit, vm, "it names another VM", 0);
    }
    expect(audit, vm, "vcpu_count", info->vcpu_count, audit->pds[vcpu->pd].vcpu_count);
    expect(audit, vm, "gic_version", info->gic_version, board->gic_version);
    expect(audit, vm, "gicd_gpa", info->gicd_gpa, board->gicd.base);
    expect(audit, vm, "gicd_size", info->gicd_size, board->gicd.size);
    expect(audit, vm, "gicc_gpa", info->gicc_gpa, gicc.base);
    expect(audit, vm, "gicc_size", info->gicc_size, gicc.size);
    expect(audit, vm, "irq_lines", info->irq_lines, board->irq_lines);
    expect(audit, vm, "smc_allowed", info->smc_allowed, audit->pds[vcpu->pd].smc);
}

/* Whether the VMM has the region of that name at `va`; with `va` 0, whether it has it at all. */
static bool vmm_has(const struct audit *audit, uint32_t pd, const char *name, uint64_t va)
{
    size_t count;
    const struct manifest_map *maps = audit_maps_of(audit, pd, false, &count);
    for (const struct manifest_map *map = maps; map < maps + count; map++) {
        if (map->granted != 0 && (va == 0 || map->va == va) &&
            memcmp(map->name, name, NAME_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether an entry is a mapping of the VM, and says about it what is so. */
static bool region_is_right(const struct audit *audit, uint32_t pd,
                            const struct vm_info_region *region)
{
    const struct manifest_map *map = audit_map_find(audit, pd, true, region->gpa);
    if (map == NULL) {
        return false;
    }
    bool ram = board_memory_find(audit->input->board, map->pa, map->size) != NULL;
    uint32_t perms = region->perms;
    perms |= (perms & MAP_PERM_EXECUTE) != 0 ? (uint32_t)MAP_PERM_READ : 0;
    return map->pa == region->pa && map->size == region->size &&
           perms == (map->perms & AUDIT_RIGHTS) &&
           region->kind == (ram ? VM_REGION_RAM : VM_REGION_DEVICE) &&
           memcmp(map->name, region->name, NAME_SIZE) == 0 &&
           vmm_has(audit, pd, map->name, region->vmm_va) == (region->vmm_va != 0);
}

static void check_regions(struct audit *audit, uint32_t vm, const struct vm_info *info)
{
    const struct vm_info_region *regions = audit_vm_info_regions(info);
    uint32_t pd = audit_first_vcpu(audit, vm)->pd;
    size_t count;
    audit_maps_of(audit, pd, true, &count);
    expect(audit, vm, "region_count", info->region_count, count);
    for (uint32_t i = 0; i < info->region_count && i < count; i++) {
        bool sound = region_is_right(audit, pd, &regions[i]);
        for (uint32_t j = 0; j < i; j++) {
            sound = sound && regions[j].gpa != regions[i].gpa;
        }
        if (!sound) {
            report(audit, vm, "a mapping is not that of the VM", regions[i].gpa);
        }
    }
}

/* Whether the interrupt goes where an entry says. */
static bool irq_is_right(const struct audit *audit, uint32_t pd, const struct vm_info_irq *entry)
{
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *irq = &audit->irqs[i];
        if (irq->intid != entry->intid || irq->kind != entry->kind || irq->edge != entry->edge) {
            continue;
        }
        if (irq->kind == VM_IRQ_CHANNEL) {
            return irq->owner == pd && irq->channel == entry->target;
        }
        return irq->owner < audit->manifest->vcpu_count && audit->vcpus[irq->owner].pd == pd &&
               audit->vcpus[irq->owner].vcpu_id == entry->target;
    }
    return false;
}

static void check_irqs(struct audit *audit, uint32_t vm, const struct vm_info *info)
{
    const struct vm_info_irq *irqs = audit_vm_info_irqs(info);
    uint32_t pd = audit_first_vcpu(audit, vm)->pd;
    uint32_t count = 0;
    for (uint32_t i = 0; i < audit->manifest->irq_count; i++) {
        const struct manifest_irq *irq = &audit->irqs[i];
        bool straight = irq->kind == VM_IRQ_STRAIGHT && irq->owner < audit->manifest->vcpu_count;
        count += straight ? audit->vcpus[irq->owner].pd == pd
                          : irq->kind == VM_IRQ_CHANNEL && irq->owner == pd;
    }
    expect(audit, vm, "irq_count", info->irq_count, count);
    for (uint32_t i = 0; i < info->irq_count && i < count; i++) {
        bool sound = irq_is_right(audit, pd, &irqs[i]);
        for (uint32_t j = 0; j < i; j++) {
            sound = sound && irqs[j].intid != irqs[i].intid;
        }
        if (!sound) {
            report(audit, vm, "an interrupt is not that of the VM or its VMM", irqs[i].intid);
        }
    }
}

void audit_check_vm_info(struct audit *audit)
{
    for (uint32_t i = 0; audit->maps_are_sound && i < audit->vm_count; i++) {
        const struct vm_info *info = audit_vm_info(audit, i);
        if (info == NULL) {
            report(audit, i, "it is not mapped read-only, or damaged", PD_VM_INFO_VA);
            continue;
        }
        check_head(audit, i, info);
        check_regions(audit, i, info);
        check_irqs(audit, i, info);
        const uint8_t *bytes = (const uint8_t *)info;
        for (uint32_t j = info->size; j % PAGE_SIZE_4K != 0; j++) {
            if (bytes[j] != 0) {
                report(audit, i, "bytes behind its end are not zero", j);
            }
        }
    }
}
