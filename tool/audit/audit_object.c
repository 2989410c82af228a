/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the image says each range of physical memory is for, from every side that says anything: the
 * kernel's table, the loader's lists, the tables' own pages and the manifest's mappings.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "audit.h"

size_t audit_object_above(const struct audit *audit, uint64_t pa)
{
    size_t low = 0;
    size_t high = audit->object_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (audit->objects[middle].pa + audit->objects[middle].size <= pa) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void audit_object_add(struct audit *audit, enum audit_purpose purpose, uint64_t pa, uint64_t size,
                      const char *format, ...)
{
    if (size == 0) {
        return;
    }
    audit->objects = alloc_grow(audit->objects, audit->object_count, &audit->object_capacity,
                                sizeof(*audit->objects));
    struct audit_object *object = &audit->objects[audit->object_count++];
    *object =
        (struct audit_object){.purpose = purpose,
                              .pa = pa,
                              .size = (size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(object->what, sizeof(object->what), format, arguments);
    va_end(arguments);
}

void audit_region_add(struct audit *audit, uint64_t pa, uint64_t size, const char *name)
{
    char printable[NAME_SIZE];
    audit_name(printable, name);
    audit_object_add(audit, AUDIT_REGION, pa, size, "region \"%s\"", printable);
    if (size > 0) {
        memcpy(audit->objects[audit->object_count - 1].region, name, NAME_SIZE);
    }
}

static void list_kernel(struct audit *audit)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    for (size_t i = 0; i < kernel->extent_count; i++) {
        const struct audit_extent *extent = &kernel->extents[i];
        if (audit_is_kernel_program(extent)) {
            audit_object_add(audit, AUDIT_CONTENTS, extent->pa, extent->size, "the kernel");
        }
    }
    const struct audit_extent *extent = audit_kernel_window(audit, KERNEL_MANIFEST_VA);
    if (extent != NULL) {
        audit_object_add(audit, AUDIT_CONTENTS, extent->pa, extent->size, "the manifest");
    }
    extent = audit_kernel_window(audit, KERNEL_OBJECT_VA);
    if (extent != NULL) {
        audit_object_add(audit, AUDIT_FRESH, extent->pa, extent->size, "the kernel's objects");
    }
}

/* Returns the PA of the page that the kernel shares with a PD as its message page, or as that of a
 * vCPU; 0 where the kernel does not map it. */
static uint64_t shared_page(const struct audit *audit, uint64_t window_va, uint32_t index)
{
    const struct audit_extent *window = audit_kernel_window(audit, window_va);
    return window == NULL ? 0 : window->pa + index * (uint64_t)PAGE_SIZE_4K;
}

/* The pages that the kernel shares, one with each PD and one for each vCPU. */
static void list_shared_pages(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->pd_count; i++) {
        uint64_t pa = shared_page(audit, KERNEL_MESSAGE_VA, i);
        audit_object_add(audit, AUDIT_FRESH, pa, pa == 0 ? 0 : PAGE_SIZE_4K,
                         "message page of \"%s\"", audit_space_of(audit, AUDIT_PD, i)->name);
    }
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        uint64_t pa = shared_page(audit, KERNEL_VCPU_VA, i);
        audit_object_add(audit, AUDIT_FRESH, pa, pa == 0 ? 0 : PAGE_SIZE_4K,
                         "page of vCPU %u of \"%s\"", audit->vcpus[i].vcpu_id,
                         audit_space_of(audit, AUDIT_VM, audit->vcpus[i].vm)->name);
    }
}

static void list_loader(struct audit *audit)
{
    const struct loader_info *info = &audit->info;
    audit_object_add(audit, AUDIT_CONTENTS, info->image_pa, audit->loader_size, "the loader");
    audit_object_add(audit, AUDIT_CONTENTS, info->zero_pa,
                     info->zero_count * sizeof(*audit->zeroes), "the list of what is zeroed");
    audit_object_add(audit, AUDIT_CONTENTS, info->copy_pa,
                     info->copy_count * sizeof(*audit->copies), "the list of what is copied");
    for (uint32_t i = 0; i < info->copy_count; i++) {
        audit_object_add(audit, AUDIT_CONTENTS, audit->copies[i].source_pa, audit->copies[i].size,
                         "the source of copy %u", i);
    }
    for (uint64_t i = 0; i < audit->input->size / PAGE_SIZE_4K; i++) {
        if (audit->table_pages[i] != 0) {
            audit_object_add(audit, AUDIT_CONTENTS, info->image_pa + i * PAGE_SIZE_4K, PAGE_SIZE_4K,
                             "a translation table");
        }
    }
}

/* Whether an added mapping is a page that the kernel shares with just this PD just there: it is
 * listed as the kernel's. */
static bool is_shared_page(const struct audit *audit, const struct manifest_map *map)
{
    if (map->size != PAGE_SIZE_4K) {
        return false;
    }
    if (map->va == PD_MESSAGE_PAGE_VA) {
        return map->pa == shared_page(audit, KERNEL_MESSAGE_VA, map->owner);
    }
    for (uint32_t i = 0; i < audit->manifest->vcpu_count; i++) {
        if (audit->vcpus[i].pd == map->owner &&
            map->va == PD_VCPU_PAGE_VA((uint64_t)audit->vcpus[i].vcpu_id)) {
            return map->pa == shared_page(audit, KERNEL_VCPU_VA, i);
        }
    }
    return false;
}

/* What is added to a PD above its own mappings and below what the kernel shares is its stack. */
static enum audit_purpose added_purpose(const struct manifest_map *map)
{
    return map->va >= PD_USER_VA_END && map->va < PD_VCPU_PAGE_VA(0) ? AUDIT_FRESH : AUDIT_CONTENTS;
}

static void list_maps(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->map_count; i++) {
        const struct manifest_map *map = &audit->maps[i];
        if (map->granted != 0) {
            audit_region_add(audit, map->pa, map->size, map->name);
        } else if (!is_shared_page(audit, map)) {
            char name[NAME_SIZE];
            audit_name(name, map->name);
            audit_object_add(audit, added_purpose(map), map->pa, map->size, "%s of \"%s\"", name,
                             audit->spaces[map->owner].name);
        }
    }
}

void audit_list_objects(struct audit *audit)
{
    list_kernel(audit);
    list_shared_pages(audit);
    list_loader(audit);
    list_maps(audit);
}
