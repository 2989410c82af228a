/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces as their tables make them, and words for what they give.
 */
#include <string.h>

#include "alloc.h"
#include "audit.h"

struct audit_space *audit_space_of(const struct audit *audit, enum audit_kind kind, uint32_t index)
{
    size_t pd_count = audit->manifest == NULL ? 0 : audit->manifest->pd_count;
    switch (kind) {
    case AUDIT_PD:
        return &audit->spaces[index];
    case AUDIT_VM:
        return &audit->spaces[pd_count + index];
    case AUDIT_KERNEL:
        return &audit->spaces[audit->space_count - 2];
    default:
        return &audit->spaces[audit->space_count - 1];
    }
}

const char *audit_kind_name(enum audit_kind kind)
{
    static const char *const names[] = {
        [AUDIT_PD] = "PD",
        [AUDIT_VM] = "VM",
        [AUDIT_KERNEL] = "EL2",
        [AUDIT_LOADER] = "EL2",
    };
    return names[kind];
}

const struct audit_extent *audit_lookup(const struct audit_space *space, uint64_t va)
{
    size_t low = 0;
    size_t high = space->extent_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct audit_extent *extent = &space->extents[middle];
        if (va < extent->va) {
            high = middle;
        } else if (va - extent->va < extent->size) {
            return extent;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

bool audit_ranges_contain(const struct range *list, size_t count, uint64_t base, uint64_t size)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (base < list[middle].base) {
            high = middle;
        } else if (base - list[middle].base < list[middle].size) {
            return size <= list[middle].size - (base - list[middle].base);
        } else {
            low = middle + 1;
        }
    }
    return false;
}

void audit_space_add(struct audit_space *space, const struct audit_extent *extent)
{
    if (space->extent_count > 0) {
        struct audit_extent *last = &space->extents[space->extent_count - 1];
        if (last->va + last->size == extent->va && last->pa + last->size == extent->pa &&
            last->perms == extent->perms) {
            last->size += extent->size;
            return;
        }
    }
    space->extents = alloc_grow(space->extents, space->extent_count, &space->extent_capacity,
                                sizeof(*space->extents));
    space->extents[space->extent_count++] = *extent;
}

const struct manifest_vcpu *audit_first_vcpu(const struct audit *audit, uint32_t vm)
{
    const struct manifest_vcpu *vcpu = audit->vcpus;
    while (vcpu->vm != vm) {
        vcpu++;
    }
    return vcpu;
}

void audit_name(char *target, const char *name)
{
    memset(target, 0, NAME_SIZE);
    for (size_t i = 0; i < NAME_SIZE - 1 && name[i] != '\0'; i++) {
        target[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    }
}

bool audit_name_is_sound(const char *name)
{
    size_t length = strnlen(name, NAME_SIZE);
    for (size_t i = length; i < NAME_SIZE; i++) {
        if (name[i] != '\0') {
            return false;
        }
    }
    return length > 0 && length < NAME_SIZE;
}

const char *audit_rights(uint32_t perms)
{
    static const char *const names[] = {"---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx"};
    return names[perms & AUDIT_RIGHTS];
}

const char *audit_memory_type(const struct audit_space *space, uint32_t perms)
{
    if ((perms & MAP_PERM_DEVICE) != 0) {
        bool stage2 = space->kind == AUDIT_PD || space->kind == AUDIT_VM;
        return stage2 ? "Device nGnRE" : "Device nGnRnE";
    }
    return (perms & MAP_PERM_UNCACHED) != 0 ? "Normal uncached" : "Normal cached";
}
