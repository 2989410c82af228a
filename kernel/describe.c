/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The debug kernel's reports, all out of the manifest. See describe.h.
 */
#include "describe.h"

#ifdef CONFIG_PRINTING
#include "arch.h"
#include "print.h"
#include "regs.h"

static const void *table(const struct manifest *manifest, uint32_t offset)
{
    return (const char *)manifest + offset;
}

static void describe_maps(const struct manifest *manifest, uint32_t pd, uint32_t is_vm)
{
    const struct manifest_map *maps = table(manifest, manifest->map_offset);

    for (uint32_t i = 0; i < manifest->map_count; i++) {
        const struct manifest_map *map = &maps[i];
        if (map->owner != pd || map->is_vm != is_vm || map->granted == 0) {
            continue;
        }
        print("drover:     %x..%x at PA %x %s%s%s%s %s\n", map->va, map->va + map->size - 1,
              map->pa, (map->perms & MAP_PERM_READ) != 0 ? "r" : "-",
              (map->perms & MAP_PERM_WRITE) != 0 ? "w" : "-",
              (map->perms & MAP_PERM_EXECUTE) != 0 ? "x" : "-",
              (map->perms & MAP_PERM_DEVICE) != 0 ? " device" : "", map->name);
    }
}

/* Straight interrupts of one trigger that follow each other share a line. */
static uint32_t straight_run(const struct manifest_irq *irqs, uint32_t first, uint32_t count)
{
    uint32_t last = first;

    while (last + 1 < count && irqs[last + 1].kind == VM_IRQ_STRAIGHT &&
           irqs[last + 1].owner == irqs[first].owner && irqs[last + 1].edge == irqs[first].edge &&
           irqs[last + 1].intid == irqs[last].intid + 1) {
        last++;
    }
    return last;
}

static void describe_irqs(const struct manifest *manifest, uint32_t owner, enum vm_irq_kind kind)
{
    const struct manifest_irq *irqs = table(manifest, manifest->irq_offset);

    for (uint32_t i = 0; i < manifest->irq_count; i++) {
        const struct manifest_irq *irq = &irqs[i];
        const char *trigger = irq->edge != 0 ? "edge" : "level";
        if (irq->owner != owner || irq->kind != kind) {
            continue;
        }
        if (kind == VM_IRQ_CHANNEL) {
            print("drover:     interrupt %u, %s, by channel %u\n", irq->intid, trigger,
                  irq->channel);
            continue;
        }
        i = straight_run(irqs, i, manifest->irq_count);
        if (&irqs[i] == irq) {
            print("drover:     interrupt %u, %s, straight to vCPU\n", irq->intid, trigger);
        } else {
            print("drover:     interrupts %u to %u, %s, straight to vCPU\n", irq->intid,
                  irqs[i].intid, trigger);
        }
    }
}

static void describe_pd(const struct manifest *manifest, uint32_t index)
{
    const struct manifest_pd *pds = table(manifest, manifest->pd_offset);
    const struct manifest_vcpu *vcpus = table(manifest, manifest->vcpu_offset);
    const struct manifest_pd *pd = &pds[index];

    print("drover: PD %s, priority %u%s, is granted\n", pd->name, pd->priority,
          pd->smc != 0 ? ", may call the firmware" : "");
    describe_maps(manifest, index, 0);
    describe_irqs(manifest, index, VM_IRQ_CHANNEL);
    if (pd->vcpu_count == 0) {
        return;
    }
    print("drover: VM %s, priority %u, %u vCPU(s), is granted\n", vcpus[pd->first_vcpu].name,
          vcpus[pd->first_vcpu].priority, pd->vcpu_count);
    describe_maps(manifest, index, 1);
    for (uint32_t i = 0; i < pd->vcpu_count; i++) {
        describe_irqs(manifest, pd->first_vcpu + i, VM_IRQ_STRAIGHT);
    }
}

void describe_system(const struct manifest *manifest)
{
    print("\ndrover: board %s, GICv%u\n", manifest->board, manifest->gic_version);
    for (uint32_t i = 0; i < manifest->pd_count; i++) {
        describe_pd(manifest, i);
    }
}

/* The mapping of `pd` that ends or begins closest to `va`. */
static const struct manifest_map *nearest_map(const struct manifest *manifest, uint32_t pd,
                                              uint64_t va)
{
    const struct manifest_map *maps = table(manifest, manifest->map_offset);
    const struct manifest_map *nearest = NULL;
    uint64_t best = UINT64_MAX;

    for (uint32_t i = 0; i < manifest->map_count; i++) {
        const struct manifest_map *map = &maps[i];
        if (map->owner != pd || map->is_vm != 0) {
            continue;
        }
        uint64_t last = map->va + map->size - 1;
        uint64_t distance = va < map->va ? map->va - va : va > last ? va - last : 0;
        if (distance < best) {
            best = distance;
            nearest = map;
        }
    }
    return nearest;
}

static const char *class_name(uint64_t esr)
{
    switch (ESR_EC(esr)) {
    case ESR_EC_DABT_LOWER:
        return (esr >> 6 & 1) != 0 ? "data abort on a write" : "data abort on a read";
    case ESR_EC_IABT_LOWER:
        return "instruction abort";
    case ESR_EC_FP:
        return "FP instruction without fpu";
    case 0x00:
        return "undefined instruction";
    case 0x22:
        return "misaligned PC";
    case 0x26:
        return "misaligned SP";
    case 0x3c:
        return "BRK instruction";
    default:
        return "exception";
    }
}

void describe_fault(const struct pd *pd, const struct fault *fault)
{
    const struct manifest *manifest = kernel_va(KERNEL_MANIFEST_VA);
    const struct manifest_pd *pds = table(manifest, manifest->pd_offset);
    const struct manifest_map *near =
        nearest_map(manifest, (uint32_t)(pd->manifest - pds), fault->address);

    print("drover: PD %s stops: ", pd->manifest->name);
    if (fault->label == FAULT_UNKNOWN_SYSCALL) {
        print("no system call %x, PC %x\n", fault->address, sysreg_read(elr_el2));
        return;
    }
    print("%s, PC %x, ESR %x", class_name(fault->esr), sysreg_read(elr_el2), fault->esr);
    if (fault->label == FAULT_VM) {
        print(", address %x", fault->address);
        if (near != NULL) {
            print("; nearest mapping %s %x..%x", near->name, near->va, near->va + near->size - 1);
        }
    }
    print("\n");
}
#endif
