/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The routing tables of VMMs against the description, entry by entry and in its order. That they
 * agree with what the VMs really have is a standing rule (audit_vm_info.c).
 */
#include <inttypes.h>

#include "audit_system.h"

static void report(struct described *described, const struct source *at, const struct vm *vm,
                   const char *what)
{
    finding_add(&described->audit->findings, FINDING_SYSTEM_VM, at,
                "virtual_machine \"%s\": its VMM's routing table: %s", vm->name, what);
}

/* Where the VMM has a region first, or 0. */
static uint64_t vmm_va(const struct pd *pd, size_t region)
{
    for (size_t i = 0; i < pd->map_count; i++) {
        if (pd->maps[i].region == region) {
            return pd->maps[i].vaddr;
        }
    }
    return 0;
}

static void check_regions(struct described *described, const struct pd *pd,
                          const struct vm_info *info)
{
    const struct vm_info_region *found = audit_vm_info_regions(info);
    if (info->region_count != pd->vm->map_count) {
        report(described, &pd->vm->source, pd->vm, "another number of mappings");
        return;
    }
    for (size_t i = 0; i < pd->vm->map_count; i++) {
        const struct map *map = &pd->vm->maps[i];
        const struct described_region *region = &described->regions[map->region];
        if (found[i].gpa != map->vaddr || found[i].size != region->size ||
            found[i].pa != region->pa || found[i].perms != map->perms ||
            found[i].vmm_va != vmm_va(pd, map->region) ||
            found[i].kind != (region->in_ram ? VM_REGION_RAM : VM_REGION_DEVICE) ||
            !described_name_is(found[i].name, described->system->regions[map->region].name)) {
            report(described, &map->source, pd->vm, "this map is another there");
        }
    }
}

/* Checks the interrupts of one kind from entry `*index` on. */
static void check_irqs(struct described *described, const struct vm *vm, const struct vm_info *info,
                       const struct irq *irqs, size_t count, enum vm_irq_kind kind, uint32_t *index)
{
    const struct vm_info_irq *found = audit_vm_info_irqs(info);
    for (size_t i = 0; i < count; i++) {
        if (!described_is_routed(&irqs[i])) {
            continue;
        }
        uint32_t at = (*index)++;
        if (at >= info->irq_count || found[at].intid != irqs[i].intid || found[at].kind != kind ||
            found[at].target != irqs[i].id || found[at].edge != irqs[i].edge) {
            report(described, &irqs[i].source, vm, "this irq is another there");
        }
    }
}

void described_check_vm_info(struct described *described)
{
    uint32_t vm = 0;
    for (size_t i = 0; i < described->system->pd_count; i++) {
        const struct pd *pd = &described->system->pds[i];
        if (pd->vm == NULL) {
            continue;
        }
        const struct vm_info *info = audit_vm_info(described->audit, vm++);
        uint32_t index = 0;
        if (info == NULL) {
            continue; /* a finding already */
        }
        check_regions(described, pd, info);
        check_irqs(described, pd->vm, info, pd->irqs, pd->irq_count, VM_IRQ_CHANNEL, &index);
        check_irqs(described, pd->vm, info, pd->vm->irqs, pd->vm->irq_count, VM_IRQ_STRAIGHT,
                   &index);
        if (index != info->irq_count) {
            report(described, &pd->vm->source, pd->vm, "another number of interrupts");
        }
    }
}
