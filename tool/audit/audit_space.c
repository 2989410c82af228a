/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Address spaces as their tables make them, and words for what they give.
 */
#include <string.h>

#include "alloc.h"
#include "audit.h"
#include "utf8.h"

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

bool audit_ranges_touch(const struct range *list, size_t count, uint64_t base, uint64_t size)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (range_overlaps(&list[middle], base, size)) {
            return true;
        }
        if (list[middle].base < base) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

void audit_space_finish(struct audit_space *space)
{
    for (size_t right = 0; right < AUDIT_RIGHT_COUNT; right++) {
        struct range *list = alloc_array(space->extent_count, sizeof(*list));
        size_t count = 0;
        for (size_t i = 0; i < space->extent_count; i++) {
            const struct audit_extent *extent = &space->extents[i];
            if ((extent->perms & 1u << right) != 0) {
                list[count++] = (struct range){extent->pa, extent->size};
            }
        }
        range_merge(list, &count);
        space->reach[right] = list;
        space->reach_count[right] = count;
    }
}

uint32_t audit_reach(const struct audit_space *space, uint64_t pa, uint64_t size)
{
    uint32_t perms = 0;
    for (size_t right = 0; right < AUDIT_RIGHT_COUNT; right++) {
        if (audit_ranges_touch(space->reach[right], space->reach_count[right], pa, size)) {
            perms |= 1u << right;
        }
    }
    return perms;
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

/* Whether a character steers a terminal: C0, DEL and C1, and what turns or breaks lines of text
 * (The Unicode Standard, 23.1 and 23.2). */
static bool is_control(const unsigned char *bytes, size_t length)
{
    static const struct {
        uint32_t first, last;
    } controls[] = {
        {0x00, 0x1f}, {0x7f, 0x9f}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        character = character << 6 | (bytes[i] & 0x3f);
    }
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
        if (character >= controls[i].first && character <= controls[i].last) {
            return true;
        }
    }
    return false;
}

void audit_name(char *target, const char *name)
{
    const unsigned char *bytes = (const unsigned char *)name;
    size_t size = strnlen(name, NAME_SIZE - 1);
    memset(target, 0, NAME_SIZE);
    for (size_t i = 0; i < size;) {
        size_t length = utf8_length(bytes + i, size - i);
        if (length == 0 || is_control(bytes + i, length)) {
            target[i++] = '?';
        } else {
            memcpy(target + i, bytes + i, length);
            i += length;
        }
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
