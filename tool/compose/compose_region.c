/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From rows of pages to memory regions: runs of pages of one VM, in 2 MiB pages where all 512 small
 * ones are the VM's. `--like-seed` widens the runs to whole buses first.
 */
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"

static void add_region(struct compose *compose, const struct region_row *row)
{
    if (row->pages.size == 0) {
        return;
    }
    compose->regions = alloc_grow(compose->regions, compose->region_count,
                                  &compose->region_capacity, sizeof(*compose->regions));
    compose->regions[compose->region_count++] = *row;
}

/* Adds a run, split so that what can have 2 MiB pages has them. */
static void add_run(struct compose *compose, size_t vm, size_t node, const struct range *run)
{
    uint64_t end = run->base + run->size;
    uint64_t large = (run->base + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M;
    uint64_t large_end = end & -(uint64_t)PAGE_SIZE_2M;
    struct region_row row = {.vm = vm, .node = node, .pages = *run};
    if (large >= large_end) {
        add_region(compose, &row);
        return;
    }
    row.pages = (struct range){.base = run->base, .size = large - run->base};
    add_region(compose, &row);
    row.is_large = true;
    row.pages = (struct range){.base = large, .size = large_end - large};
    add_region(compose, &row);
    row.is_large = false;
    row.pages = (struct range){.base = large_end, .size = end - large_end};
    add_region(compose, &row);
}

/* The node with the first registers of a run: the run is named after it. */
static size_t first_node_in(const struct compose *compose, size_t vm, const struct range *run)
{
    for (size_t i = 0; i < compose->page_count; i++) {
        const struct page_row *row = &compose->pages[i];
        if (row->vm == vm && range_overlaps(run, row->pages.base, row->pages.size)) {
            return row->node;
        }
    }
    return 0;
}

struct range compose_ecam(const struct compose *compose, size_t node)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    /* host-generic-pci.yaml: the first registers are the configuration space. */
    if (!devnode->is_pci || devnode->reg_count == 0 ||
        !devnode_is_compatible(compose->devtree, node, "pci-host-ecam-generic")) {
        return (struct range){0};
    }
    uint64_t base = devnode->regs[0].base & -(uint64_t)PAGE_SIZE_4K;
    uint64_t size = compose_reg_size(compose, node, 0) & -(uint64_t)PAGE_SIZE_4K;
    return (struct range){.base = base, .size = size};
}

/* Adds a run, with the configuration spaces in it in regions of their own: VMMs have those too. */
static void add_run_around_ecams(struct compose *compose, size_t vm, const struct range *run)
{
    uint64_t at = run->base, end = run->base + run->size;
    while (at < end) {
        struct range piece = {.base = at, .size = end - at};
        for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
            struct range ecam = compose_ecam(compose, compose->vms[vm].grants[i].node);
            uint64_t ecam_end = ecam.base + ecam.size;
            if (!range_overlaps(&ecam, piece.base, piece.size)) {
                continue;
            }
            uint64_t piece_end = piece.base + piece.size;
            uint64_t cut = ecam.base > piece.base ? ecam.base : ecam_end;
            piece.size = (cut < piece_end ? cut : piece_end) - piece.base;
        }
        add_run(compose, vm, first_node_in(compose, vm, &piece), &piece);
        at += piece.size;
    }
}

/* ---- The seed's choice ---- */

/* Whether the range has pages that somebody else keeps or owns. */
static bool is_anothers(const struct compose *compose, size_t vm, const struct range *range)
{
    for (size_t i = 0; i < compose->kept_count; i++) {
        if (range_overlaps(range, compose->kept[i].base, compose->kept[i].size)) {
            return true;
        }
    }
    for (size_t i = 0; i < compose->page_count; i++) {
        if (compose->pages[i].vm != vm &&
            range_overlaps(range, compose->pages[i].pages.base, compose->pages[i].pages.size)) {
            return true;
        }
    }
    return false;
}

/* Adds the whole of each bus on which the VM has a device, in 2 MiB pages where nobody minds. */
static void widen_to_buses(const struct compose *compose, size_t vm, struct range **runs,
                           size_t *count, size_t *capacity)
{
    const struct devtree *devtree = compose->devtree;
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        if (!node->is_bus || !compose_has(compose, vm, i)) {
            continue;
        }
        for (size_t k = 0; k < node->window_count; k++) {
            uint64_t base = node->windows[k].pa & -(uint64_t)PAGE_SIZE_4K;
            struct range window = {.base = base, .size = node->windows[k].size};
            window.size = (window.size + PAGE_SIZE_4K - 1) & -(uint64_t)PAGE_SIZE_4K;
            uint64_t end = base + window.size;
            struct range wide = {.base = base & -(uint64_t)PAGE_SIZE_2M};
            wide.size = ((end + PAGE_SIZE_2M - 1) & -(uint64_t)PAGE_SIZE_2M) - wide.base;
            const struct range *chosen = !is_anothers(compose, vm, &wide)     ? &wide
                                         : !is_anothers(compose, vm, &window) ? &window
                                                                              : NULL;
            if (chosen != NULL && chosen->size <= COMPOSE_WINDOW_MAX) {
                *runs = alloc_grow(*runs, *count, capacity, sizeof(**runs));
                (*runs)[(*count)++] = *chosen;
            }
        }
    }
}

/* ---- Over-grant ---- */

/* Counts pages of the run that also hold registers of devices that the VM is not granted. */
static size_t count_shared(const struct compose *compose, size_t vm, const struct range *run)
{
    const struct devtree *devtree = compose->devtree;
    struct range *strangers = NULL;
    size_t count = 0, capacity = 0, pages = 0;
    for (size_t i = 1; i < devtree->node_count; i++) {
        size_t device = compose_device_of(compose, i);
        if (device == 0 || devtree->nodes[i].is_bus || compose_has(compose, vm, i)) {
            continue;
        }
        for (size_t k = 0; k < devtree->nodes[i].reg_count; k++) {
            const struct range *regs = &devtree->nodes[i].regs[k];
            if (!range_overlaps(run, regs->base, regs->size)) {
                continue;
            }
            uint64_t base = regs->base & -(uint64_t)PAGE_SIZE_4K;
            uint64_t end = (regs->base + regs->size + PAGE_SIZE_4K - 1) & -(uint64_t)PAGE_SIZE_4K;
            uint64_t run_end = run->base + run->size;
            base = base > run->base ? base : run->base;
            end = end < run_end ? end : run_end;
            strangers = alloc_grow(strangers, count, &capacity, sizeof(*strangers));
            strangers[count++] = (struct range){.base = base, .size = end - base};
        }
    }
    if (count != 0) {
        range_merge(strangers, &count);
    }
    for (size_t i = 0; i < count; i++) {
        pages += strangers[i].size / PAGE_SIZE_4K;
    }
    free(strangers);
    return pages;
}

/* Counts pages of the run that hold no registers of anything granted. */
static size_t count_orphans(const struct compose *compose, size_t vm, const struct range *run)
{
    uint64_t end = run->base + run->size, at = run->base;
    size_t pages = 0;
    for (size_t i = 0; i < compose->page_count && at < end; i++) {
        const struct range *row = &compose->pages[i].pages;
        if (compose->pages[i].vm != vm || row->base + row->size <= at) {
            continue;
        }
        if (row->base > at) {
            pages += ((row->base < end ? row->base : end) - at) / PAGE_SIZE_4K;
        }
        at = row->base + row->size;
    }
    return at < end ? pages + (end - at) / PAGE_SIZE_4K : pages;
}

bool compose_regions(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->owner_count; vm++) {
        struct range *runs = NULL;
        size_t count = 0, capacity = 0;
        for (size_t i = 0; i < compose->page_count; i++) {
            if (compose->pages[i].vm == vm) {
                runs = alloc_grow(runs, count, &capacity, sizeof(*runs));
                runs[count++] = compose->pages[i].pages;
            }
        }
        if (compose->vms[vm].request->like_seed) {
            widen_to_buses(compose, vm, &runs, &count, &capacity);
        }
        if (count != 0) {
            range_merge(runs, &count);
        }
        for (size_t i = 0; i < count; i++) {
            add_run_around_ecams(compose, vm, &runs[i]);
        }
        free(runs);
    }
    for (size_t i = 0; i < compose->region_count; i++) {
        struct region_row *row = &compose->regions[i];
        row->shared = count_shared(compose, row->vm, &row->pages);
        row->orphans = count_orphans(compose, row->vm, &row->pages);
    }
    return true;
}
