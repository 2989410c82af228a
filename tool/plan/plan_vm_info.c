/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The routing table of a VM: what its VMM has to know of the maps, interrupts and interrupt
 * controller that the description gave it (struct vm_info of drover/abi.h).
 */
#include "plan.h"

#include <string.h>

static size_t irq_count(const struct plan *plan, const struct plan_vm *vm)
{
    const struct pd *pd = &plan->system->pds[vm->pd];
    size_t count = 0;
    for (size_t i = 0; i < pd->irq_count; i++) {
        count += irq_is_routed(&pd->irqs[i]);
    }
    for (size_t i = 0; i < vm->vm->irq_count; i++) {
        count += irq_is_routed(&vm->vm->irqs[i]);
    }
    return count;
}

uint64_t vm_info_size(const struct plan *plan, const struct plan_vm *vm)
{
    return sizeof(struct vm_info) + vm->vm->map_count * sizeof(struct vm_info_region) +
           irq_count(plan, vm) * sizeof(struct vm_info_irq);
}

static void write_regions(const struct plan *plan, const struct plan_vm *vm,
                          struct vm_info_region *info)
{
    const struct pd *pd = &plan->system->pds[vm->pd];
    for (size_t i = 0; i < vm->vm->map_count; i++, info++) {
        const struct map *map = &vm->vm->maps[i];
        const struct plan_region *region = &plan->regions[map->region];
        *info = (struct vm_info_region){
            .gpa = map->vaddr,
            .size = region->size,
            .pa = region->pa,
            .kind = region->in_ram ? VM_REGION_RAM : VM_REGION_DEVICE,
            .perms = map->perms,
        };
        strncpy(info->name, plan->system->regions[map->region].name, sizeof(info->name) - 1);
        for (size_t j = 0; j < pd->map_count; j++) {
            /* A device would write there in the guest's name. */
            if (pd->maps[j].region == map->region && (pd->maps[j].perms & MAP_PERM_WRITE) != 0) {
                info->vmm_va = pd->maps[j].vaddr;
                break;
            }
        }
    }
}

static void write_irqs(const struct irq *irqs, size_t count, enum vm_irq_kind kind,
                       struct vm_info_irq **info)
{
    for (size_t i = 0; i < count; i++) {
        if (irq_is_routed(&irqs[i])) {
            *(*info)++ = (struct vm_info_irq){
                .intid = irqs[i].intid,
                .kind = kind,
                .target = irqs[i].id,
                .edge = irqs[i].edge,
            };
        }
    }
}

/* Finds where the guest has its CPU interface: the board's GICV, wherever the VM maps it. */
static void write_gic(const struct plan *plan, const struct plan_vm *vm, struct vm_info *info)
{
    const struct board *board = plan->board;
    info->gic_version = board->gic_version;
    info->gicd_gpa = board->gicd.base;
    info->gicd_size = board->gicd.size;
    info->gicc_gpa = board->gicc.base;
    info->gicc_size = board->gicc.size;
    info->irq_lines = board->irq_lines;
    for (size_t i = 0; i < vm->vm->map_count; i++) {
        const struct map *map = &vm->vm->maps[i];
        const struct plan_region *region = &plan->regions[map->region];
        uint64_t into = board->gicv.base - region->pa;
        if (!region->in_ram && board->gicv.base >= region->pa && into < region->size) {
            uint64_t mapped = region->size - into;
            info->gicc_gpa = map->vaddr + into;
            info->gicc_size = mapped < board->gicv.size ? mapped : board->gicv.size;
            return;
        }
    }
}

void vm_info_write(const struct plan *plan, const struct plan_vm *vm)
{
    const struct pd *pd = &plan->system->pds[vm->pd];
    struct vm_info *info = image_at(&plan->image, vm->info_pa);
    size_t regions_size = vm->vm->map_count * sizeof(struct vm_info_region);
    *info = (struct vm_info){
        .magic = VM_INFO_MAGIC,
        .version = VM_INFO_VERSION,
        .size = (uint32_t)vm->info_size,
        .vcpu_count = (uint32_t)vm->vm->vcpu_count,
        .smc_allowed = pd->smc,
        .region_offset = sizeof(*info),
        .region_count = (uint32_t)vm->vm->map_count,
        .irq_offset = (uint32_t)(sizeof(*info) + regions_size),
        .irq_count = (uint32_t)irq_count(plan, vm),
    };
    strncpy(info->vm_name, vm->vm->name, sizeof(info->vm_name) - 1);
    write_gic(plan, vm, info);
    write_regions(plan, vm, (void *)((uint8_t *)info + info->region_offset));

    struct vm_info_irq *irqs = (void *)((uint8_t *)info + info->irq_offset);
    write_irqs(pd->irqs, pd->irq_count, VM_IRQ_CHANNEL, &irqs);
    write_irqs(vm->vm->irqs, vm->vm->irq_count, VM_IRQ_STRAIGHT, &irqs);
}
