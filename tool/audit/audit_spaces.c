/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of PDs and VMs against the manifest's list of mappings, both ways: every page that a
 * table maps is listed, and every page that is listed is mapped as the list says.
 */
#include <inttypes.h>

#include "audit.h"

#define SPACE_END (UINT64_C(1) << STAGE2_INPUT_BITS)

/* A place in the extents of a space that moves on as they are accounted for. */
struct cursor {
    struct audit *audit;
    const struct audit_space *space;
    size_t index;
    uint64_t offset; /* bytes into that extent */
};

static void report(const struct cursor *cursor, uint64_t va, uint64_t size, const char *name,
                   const char *what)
{
    finding_add(&cursor->audit->findings, FINDING_MAPPING, NULL,
                "%s \"%s\": 0x%" PRIx64 " to 0x%" PRIx64 "%s%s%s %s",
                audit_kind_name(cursor->space->kind), cursor->space->name, va, va + size - 1,
                name[0] == '\0' ? "" : " (\"", name, name[0] == '\0' ? "" : "\")", what);
}

/* Passes over what is mapped below `va`, which nothing lists. */
static void skip_to(struct cursor *cursor, uint64_t va)
{
    while (cursor->index < cursor->space->extent_count) {
        const struct audit_extent *extent = &cursor->space->extents[cursor->index];
        uint64_t start = extent->va + cursor->offset;
        uint64_t end = extent->va + extent->size;
        if (start >= va) {
            return;
        }
        uint64_t stop = end < va ? end : va;
        report(cursor, start, stop - start, "", "is mapped, but not listed in the manifest");
        cursor->offset = stop - extent->va;
        if (stop == end) {
            cursor->index++;
            cursor->offset = 0;
        }
    }
}

/* Accounts for a listed mapping. */
static void take(struct cursor *cursor, const struct manifest_map *map, const char *name)
{
    uint64_t va = map->va;
    uint64_t end = map->va + map->size;
    skip_to(cursor, va);
    while (va < end) {
        const struct audit_extent *extent = cursor->index == cursor->space->extent_count
                                                ? NULL
                                                : &cursor->space->extents[cursor->index];
        uint64_t start = extent == NULL ? end : extent->va + cursor->offset;
        if (start >= end) {
            report(cursor, va, end - va, name, "is listed in the manifest, but not mapped");
            return;
        }
        if (start > va) {
            report(cursor, va, start - va, name, "is listed in the manifest, but not mapped");
        }
        uint64_t extent_end = extent->va + extent->size;
        uint64_t stop = extent_end < end ? extent_end : end;
        if (extent->perms != map->perms) {
            report(cursor, start, stop - start, name, "has other rights or another memory type");
        }
        if (extent->pa + cursor->offset != map->pa + (start - map->va)) {
            report(cursor, start, stop - start, name, "leads to another PA");
        }
        va = stop;
        cursor->offset = stop - extent->va;
        if (stop == extent_end) {
            cursor->index++;
            cursor->offset = 0;
        }
    }
}

/* Says what is wrong with an entry by itself, or returns NULL. */
static const char *map_fault(const struct audit *audit, const struct manifest_map *map)
{
    const uint32_t known = AUDIT_RIGHTS | MAP_PERM_DEVICE | MAP_PERM_UNCACHED;
    if (map->owner >= audit->manifest->pd_count || map->is_vm > 1 ||
        (map->is_vm != 0 && audit->pds[map->owner].vcpu_count == 0)) {
        return "it belongs to nobody";
    }
    if (map->size == 0 || (map->va | map->pa | map->size) % PAGE_SIZE_4K != 0) {
        return "it is not made of pages";
    }
    if (map->va >= SPACE_END || map->size > SPACE_END - map->va || map->pa >= BOARD_PA_LIMIT ||
        map->size > BOARD_PA_LIMIT - map->pa) {
        return "it ends beyond 40 bits";
    }
    if ((map->perms & ~known) != 0 || map->granted > 1 || !audit_name_is_sound(map->name)) {
        return "its rights or its name are damaged";
    }
    if (map->granted != 0 && map->is_vm == 0 && map->va + map->size > PD_USER_VA_END) {
        return "it reaches into what is reserved in a PD";
    }
    return map->granted == 0 && map->is_vm != 0 ? "nothing is added to a VM" : NULL;
}

static bool in_order(const struct manifest_map *before, const struct manifest_map *map)
{
    if (before->owner != map->owner) {
        return before->owner < map->owner;
    }
    if (before->is_vm != map->is_vm) {
        return before->is_vm < map->is_vm;
    }
    return before->va + before->size <= map->va;
}

/* Checks the list by itself, so that who reads it after this can rely on it. */
static bool check_list(struct audit *audit)
{
    bool sound = true;
    for (uint32_t i = 0; i < audit->manifest->map_count; i++) {
        const struct manifest_map *map = &audit->maps[i];
        const char *fault = map_fault(audit, map);
        if (fault == NULL && sound && i > 0 && !in_order(map - 1, map)) {
            fault = "it overlaps the one before it, or is out of order";
        }
        if (fault != NULL) {
            finding_add(&audit->findings, FINDING_MAPPING, NULL,
                        "manifest: mapping %u at 0x%" PRIx64 ": %s", i, map->va, fault);
            sound = false;
        }
    }
    return sound;
}

/* Returns the index of the first mapping that does not stand before the one of owner, kind and
 * `va`. */
static size_t map_index(const struct audit *audit, size_t owner, uint32_t is_vm, uint64_t va)
{
    size_t low = 0;
    size_t high = audit->manifest->map_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct manifest_map *map = &audit->maps[middle];
        bool before = map->owner != owner   ? map->owner < owner
                      : map->is_vm != is_vm ? map->is_vm < is_vm
                                            : map->va < va;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct manifest_map *audit_maps_of(const struct audit *audit, size_t pd, bool is_vm,
                                         size_t *count)
{
    size_t first = map_index(audit, pd, is_vm, 0);
    *count = map_index(audit, pd, is_vm + 1u, 0) - first;
    return audit->maps + first;
}

const struct manifest_map *audit_map_find(const struct audit *audit, size_t pd, bool is_vm,
                                          uint64_t va)
{
    size_t count;
    const struct manifest_map *end = audit_maps_of(audit, pd, is_vm, &count) + count;
    const struct manifest_map *map = audit->maps + map_index(audit, pd, is_vm, va);
    return map < end && map->va == va ? map : NULL;
}

static void check_space(struct audit *audit, const struct audit_space *space, uint32_t owner)
{
    struct cursor cursor = {.audit = audit, .space = space};
    size_t count;
    const struct manifest_map *maps = audit_maps_of(audit, owner, space->kind == AUDIT_VM, &count);
    for (size_t i = 0; i < count; i++) {
        char name[NAME_SIZE];
        audit_name(name, maps[i].name);
        take(&cursor, &maps[i], name);
    }
    skip_to(&cursor, UINT64_MAX);
}

void audit_check_spaces(struct audit *audit)
{
    audit->maps_are_sound = check_list(audit);
    if (!audit->maps_are_sound) {
        return;
    }
    for (uint32_t i = 0; i < audit->manifest->pd_count; i++) {
        check_space(audit, audit_space_of(audit, AUDIT_PD, i), i);
    }
    for (uint32_t i = 0; i < audit->vm_count; i++) {
        check_space(audit, audit_space_of(audit, AUDIT_VM, i), audit_first_vcpu(audit, i)->pd);
    }
}
