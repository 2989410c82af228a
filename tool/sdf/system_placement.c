/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a system's memory lies: mappings in each address space and regions in physical memory are
 * aligned, in bounds and do not overlap.
 */
#include "system.h"

#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "diag.h"
#include "drover/manifest.h"

#define GPA_END (1ull << STAGE2_INPUT_BITS)

/* A range of an address space, and whose it is. */
struct span {
    uint64_t start, size;
    size_t order; /* in the description */
    const char *name;
    const struct source *source;
};

static int compare(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

/* Sorts the spans and reports each that overlaps one before it, at the one that the author wrote
 * later. */
static void check_overlap(struct span *spans, size_t count, const char *what)
{
    if (count == 0) {
        return;
    }
    qsort(spans, count, sizeof(struct span), compare);
    const struct span *highest = &spans[0];
    for (size_t i = 1; i < count; i++) {
        const struct span *span = &spans[i];
        if (span->start - highest->start < highest->size) {
            const struct span *later = span->order > highest->order ? span : highest;
            const struct span *earlier = later == span ? highest : span;
            diag_error(later->source,
                       "%s \"%s\": 0x%" PRIx64 " to 0x%" PRIx64 " overlaps \"%s\" (0x%" PRIx64
                       " to 0x%" PRIx64 ") at %s:%u; move one of them",
                       what, later->name, later->start, later->start + later->size - 1,
                       earlier->name, earlier->start, earlier->start + earlier->size - 1,
                       earlier->source->file, earlier->source->line);
        }
        if (span->start + span->size > highest->start + highest->size) {
            highest = span;
        }
    }
}

/* Checks one mapping against its region and the end of its address space; false if it is wrong. */
static bool check_map(const struct map *map, const struct memory_region *region, bool in_vm)
{
    uint64_t end = in_vm ? GPA_END : PD_USER_VA_END;
    uint64_t unit = region->page_size == 0 ? PAGE_SIZE_4K : region->page_size;
    if (map->vaddr % unit != 0) {
        diag_error(&map->source,
                   "map \"%s\": vaddr 0x%" PRIx64
                   " is not a multiple of the region's page size 0x%" PRIx64 "; align it",
                   region->name, map->vaddr, unit);
        return false;
    }
    if (map->vaddr >= end || region->size > end - map->vaddr) {
        diag_error(&map->source,
                   "map \"%s\": vaddr 0x%" PRIx64 " with size 0x%" PRIx64 " ends behind 0x%" PRIx64
                   ", the end of %s; move it down",
                   region->name, map->vaddr, region->size, end,
                   in_vm ? "what a VM can address" : "a PD's own part of its address space");
        return false;
    }
    return true;
}

/* Regions whose size is not known yet take no room. */
static void check_space(const struct system *system, const struct map *maps, size_t count,
                        bool in_vm)
{
    struct span *spans = alloc_array(count, sizeof(struct span));
    size_t span_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct memory_region *region = &system->regions[maps[i].region];
        if (check_map(&maps[i], region, in_vm) && region->size != 0) {
            spans[span_count++] = (struct span){.start = maps[i].vaddr,
                                                .size = region->size,
                                                .order = i,
                                                .name = region->name,
                                                .source = &maps[i].source};
        }
    }
    check_overlap(spans, span_count, "map");
    free(spans);
}

static void check_physical(const struct system *system)
{
    struct span *spans = alloc_array(system->region_count, sizeof(struct span));
    size_t span_count = 0;
    for (size_t i = 0; i < system->region_count; i++) {
        const struct memory_region *region = &system->regions[i];
        if (region->has_phys_addr && region->size != 0) {
            spans[span_count++] = (struct span){.start = region->phys_addr,
                                                .size = region->size,
                                                .order = i,
                                                .name = region->name,
                                                .source = &region->source};
        }
    }
    check_overlap(spans, span_count, "memory_region");
    free(spans);
}

bool system_placement_check(const struct system *system)
{
    unsigned errors = diag_error_count();
    check_physical(system);
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        check_space(system, pd->maps, pd->map_count, false);
        if (pd->vm != NULL) {
            check_space(system, pd->vm->maps, pd->vm->map_count, true);
        }
    }
    return diag_error_count() == errors;
}
