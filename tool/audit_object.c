/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the image says each range of physical memory is for, from every side that says anything: the
 * kernel's table, the loader's lists, the tables' own pages and the manifest's mappings.
 */
#include <stdarg.h>
#include <stdio.h>

#include "alloc.h"
#include "audit.h"

void audit_object_add(struct audit *audit, uint64_t pa, uint64_t size, const char *format, ...)
{
    if (size == 0) {
        return;
    }
    audit->objects = alloc_grow(audit->objects, audit->object_count, &audit->object_capacity,
                                sizeof(*audit->objects));
    struct audit_object *object = &audit->objects[audit->object_count++];
    *object = (struct audit_object){
        .pa = pa, .size = (size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(object->what, sizeof(object->what), format, arguments);
    va_end(arguments);
}

static void list_kernel(struct audit *audit)
{
    const struct audit_space *kernel = audit_space_of(audit, AUDIT_KERNEL, 0);
    for (size_t i = 0; i < kernel->extent_count; i++) {
        const struct audit_extent *extent = &kernel->extents[i];
        if (audit_is_kernel_program(extent)) {
            audit_object_add(audit, extent->pa, extent->size, "the kernel");
        }
    }
    const struct audit_extent *extent = audit_kernel_window(audit, KERNEL_MANIFEST_VA);
    if (extent != NULL) {
        audit_object_add(audit, extent->pa, extent->size, "the manifest");
    }
    extent = audit_kernel_window(audit, KERNEL_OBJECT_VA);
    if (extent != NULL) {
        audit_object_add(audit, extent->pa, extent->size, "the kernel's objects");
    }
}

/* The pages that the kernel shares, one with each PD and one for each vCPU. */
static void list_shared_pages(struct audit *audit)
{
    const struct audit_extent *messages = audit_kernel_window(audit, KERNEL_MESSAGE_VA);
    const struct audit_extent *vcpus = audit_kernel_window(audit, KERNEL_VCPU_VA);
    for (uint32_t i = 0; messages != NULL && i < audit->manifest->pd_count; i++) {
        audit_object_add(audit, messages->pa + i * (uint64_t)PAGE_SIZE_4K, PAGE_SIZE_4K,
                         "message page of \"%s\"", audit_space_of(audit, AUDIT_PD, i)->name);
    }
    for (uint32_t i = 0; vcpus != NULL && i < audit->manifest->vcpu_count; i++) {
        audit_object_add(audit, vcpus->pa + i * (uint64_t)PAGE_SIZE_4K, PAGE_SIZE_4K,
                         "page of vCPU %u of \"%s\"", audit->vcpus[i].vcpu_id,
                         audit_space_of(audit, AUDIT_VM, audit->vcpus[i].vm)->name);
    }
}

static void list_loader(struct audit *audit)
{
    const struct loader_info *info = &audit->info;
    audit_object_add(audit, info->image_pa, audit->loader_size, "the loader");
    audit_object_add(audit, info->zero_pa, info->zero_count * sizeof(*audit->zeroes),
                     "the list of what is zeroed");
    audit_object_add(audit, info->copy_pa, info->copy_count * sizeof(*audit->copies),
                     "the list of what is copied");
    for (uint32_t i = 0; i < info->copy_count; i++) {
        audit_object_add(audit, audit->copies[i].source_pa, audit->copies[i].size,
                         "the source of copy %u", i);
    }
    for (uint64_t i = 0; i < audit->input->size / PAGE_SIZE_4K; i++) {
        if (audit->table_pages[i] != 0) {
            audit_object_add(audit, info->image_pa + i * PAGE_SIZE_4K, PAGE_SIZE_4K,
                             "a translation table");
        }
    }
}

/* A page that the kernel shares is listed as the kernel's. */
static bool is_shared_page(const struct manifest_map *map)
{
    return map->granted == 0 && map->is_vm == 0 &&
           (map->va == PD_MESSAGE_PAGE_VA ||
            (map->va >= PD_VCPU_PAGE_VA(0) && map->va < PD_VCPU_PAGE_VA(VCPU_MAX)));
}

static void list_maps(struct audit *audit)
{
    for (uint32_t i = 0; i < audit->manifest->map_count; i++) {
        const struct manifest_map *map = &audit->maps[i];
        char name[NAME_SIZE];
        audit_name(name, map->name);
        if (map->granted != 0) {
            audit_object_add(audit, map->pa, map->size, "region \"%s\"", name);
        } else if (!is_shared_page(map)) {
            audit_object_add(audit, map->pa, map->size, "%s of \"%s\"", name,
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
