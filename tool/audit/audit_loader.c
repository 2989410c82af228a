/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The loader: what it zeroes and copies, and that its table maps that, the image and the console,
 * each at its own PA. Of what it does not need, only RAM next to what it does may be mapped: the
 * 2 MiB blocks around, and what the image was expected to grow into.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "audit.h"

#define READ_WRITE (MAP_PERM_READ | MAP_PERM_WRITE)

/* Says what is wrong with filling a range of physical memory, or returns NULL. */
static const char *target_fault(const struct audit *audit, uint64_t pa, uint64_t size)
{
    const struct board *board = audit->input->board;
    const struct range image = {.base = audit->info.image_pa, .size = audit->input->size};
    const struct range target = {.base = pa, .size = size};
    if (size == 0 || pa % PAGE_SIZE_4K != 0) {
        return "it is empty, or begins at no page";
    }
    if (!range_is_physical(&target) || board_memory_find(board, pa, size) == NULL) {
        return "it is not all RAM";
    }
    if (range_overlaps(&image, pa, size)) {
        return "it would overwrite the image";
    }
    for (size_t i = 0; i < board->reserved_count; i++) {
        if (range_overlaps(&board->reserved[i], pa, size)) {
            return "it would overwrite what firmware keeps";
        }
    }
    return NULL;
}

static void report(struct audit *audit, enum finding_code code, const char *what, uint64_t pa,
                   uint64_t size, const char *fault)
{
    finding_add(&audit->findings, code, NULL, "loader: %sPA 0x%" PRIx64 ", 0x%" PRIx64 " bytes: %s",
                what, pa, size, fault);
}

/* Checks the lists and collects the pages that they fill, merged; false where they cannot be relied
 * on. A copy may end within a page: the rest of that has to be zeroed. */
static bool check_lists(struct audit *audit)
{
    const struct loader_info *info = &audit->info;
    bool sound = true;
    audit->filled = alloc_array((size_t)info->zero_count + info->copy_count, sizeof(struct range));
    for (uint32_t i = 0; i < info->zero_count; i++) {
        const struct loader_range *zero = &audit->zeroes[i];
        const char *fault = target_fault(audit, zero->pa, zero->size);
        if (fault == NULL && zero->size % PAGE_SIZE_4K != 0) {
            fault = "it is not made of pages";
        }
        if (fault == NULL && i > 0 && sound && zero[-1].pa + zero[-1].size > zero->pa) {
            fault = "it overlaps the one before it, or is out of order";
        }
        if (fault != NULL) {
            report(audit, FINDING_FILL, "zeroes ", zero->pa, zero->size, fault);
            sound = false;
        } else {
            audit->filled[audit->filled_count++] = (struct range){zero->pa, zero->size};
        }
    }
    for (uint32_t i = 0; i < info->copy_count; i++) {
        const struct loader_copy *copy = &audit->copies[i];
        const char *fault = target_fault(audit, copy->target_pa, copy->size);
        if (copy->source_pa % PAGE_SIZE_4K != 0 ||
            audit_bytes(audit, copy->source_pa, copy->size) == NULL) {
            fault = "its source is not in the image";
        }
        if (fault != NULL) {
            report(audit, FINDING_FILL, "copies to ", copy->target_pa, copy->size, fault);
            sound = false;
        } else {
            audit->filled[audit->filled_count++] =
                (struct range){copy->target_pa, copy->size / PAGE_SIZE_4K * PAGE_SIZE_4K};
        }
    }
    range_merge(audit->filled, &audit->filled_count);
    return sound;
}

/* Rights to a page of the loader itself, or to what it fills. */
static uint32_t wanted_perms(const struct audit *audit, uint64_t pa)
{
    uint64_t into = pa - audit->info.image_pa;
    for (size_t i = 0; pa >= audit->info.image_pa && i < audit->loader->segment_count; i++) {
        const struct elf_segment *segment = &audit->loader->segments[i];
        uint64_t start = segment->va / PAGE_SIZE_4K * PAGE_SIZE_4K;
        if (into >= start && into < segment->va + segment->memory_size) {
            return segment->perms;
        }
    }
    return READ_WRITE;
}

/* Whether all pages of an extent have the rights that they should have. */
static bool rights_are_right(const struct audit *audit, const struct audit_extent *extent)
{
    uint64_t loader_end = audit->info.image_pa + audit->loader_size;
    uint64_t end = extent->pa + extent->size;
    uint64_t pa = extent->pa;
    while (pa < end) {
        if (extent->perms != wanted_perms(audit, pa)) {
            return false;
        }
        bool single = pa >= audit->info.image_pa && pa < loader_end;
        uint64_t next =
            pa < audit->info.image_pa && end > audit->info.image_pa ? audit->info.image_pa : end;
        pa = single ? pa + PAGE_SIZE_4K : next;
    }
    return true;
}

/* Lists what the loader runs in, reads or fills; merged. */
static struct range *list_need(const struct audit *audit, size_t *count)
{
    const struct loader_info *info = &audit->info;
    struct range *list = alloc_array(audit->filled_count + info->copy_count + 1, sizeof(*list));
    *count = 0;
    list[(*count)++] = (struct range){info->image_pa, audit->input->size};
    for (size_t i = 0; i < audit->filled_count; i++) {
        list[(*count)++] = audit->filled[i];
    }
    for (uint32_t i = 0; i < info->copy_count; i++) {
        list[(*count)++] = (struct range){audit->copies[i].target_pa, audit->copies[i].size};
    }
    range_merge(list, count);
    return list;
}

/* Widens ranges to the 2 MiB blocks around them. */
static void widen_to_blocks(struct range *list, size_t *count)
{
    for (size_t i = 0; i < *count; i++) {
        uint64_t end = list[i].base + list[i].size + PAGE_SIZE_2M - 1;
        list[i].base -= list[i].base % PAGE_SIZE_2M;
        list[i].size = end - end % PAGE_SIZE_2M - list[i].base;
    }
    range_merge(list, count);
}

static void check_extents(struct audit *audit, const struct audit_space *space)
{
    const struct board *board = audit->input->board;
    const struct range console = board_uart_page(board);
    size_t count;
    struct range *blocks = list_need(audit, &count);
    widen_to_blocks(blocks, &count);
    for (size_t i = 0; i < space->extent_count; i++) {
        const struct audit_extent *extent = &space->extents[i];
        bool uart = extent->pa == console.base && console.size != 0;
        const char *fault = NULL;
        if (extent->va != extent->pa) {
            fault = "is not mapped one to one";
        } else if (uart && extent->size == PAGE_SIZE_4K &&
                   extent->perms == (READ_WRITE | MAP_PERM_DEVICE)) {
            fault = NULL;
        } else if (board_memory_find(board, extent->pa, extent->size) == NULL) {
            fault = "is mapped, but is neither RAM nor the console";
        } else if (!audit_ranges_touch(blocks, count, extent->pa, extent->size)) {
            fault = "is mapped, but nothing around it is needed for loading";
        } else if (!rights_are_right(audit, extent)) {
            fault = "has other rights than loading needs";
        }
        for (size_t j = 0; fault == NULL && j < board->reserved_count; j++) {
            bool touched = range_overlaps(&board->reserved[j], extent->pa, extent->size);
            fault = touched ? "is mapped, but firmware keeps part of it" : NULL;
        }
        if (fault != NULL) {
            report(audit, FINDING_LOADER_MAPPING, "", extent->pa, extent->size, fault);
        }
    }
    free(blocks);
}

/* Everything that the loader runs in, fills or reads is mapped. */
static void check_reach(struct audit *audit, const struct audit_space *space)
{
    size_t count;
    struct range *list = list_need(audit, &count);
    for (size_t i = 0; i < count; i++) {
        uint64_t pa = list[i].base;
        uint64_t end = pa + list[i].size;
        while (pa < end) {
            const struct audit_extent *extent = audit_lookup(space, pa);
            if (extent == NULL) {
                report(audit, FINDING_LOADER_MAPPING, "", pa, end - pa, "is not mapped");
                break;
            }
            pa = extent->va + extent->size;
        }
    }
    const struct range console = board_uart_page(audit->input->board);
    if (console.size != 0 && audit_lookup(space, console.base) == NULL) {
        report(audit, FINDING_LOADER_MAPPING, "", console.base, console.size,
               "the console is not mapped");
    }
    free(list);
}

void audit_check_loader(struct audit *audit)
{
    const struct audit_space *space = audit_space_of(audit, AUDIT_LOADER, 0);
    audit->fill_is_sound = check_lists(audit);
    if (audit->fill_is_sound) {
        check_extents(audit, space);
        check_reach(audit, space);
    }
}
