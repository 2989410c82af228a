/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The pages in a composed picture in which several devices have registers: who has the page has
 * them all within reach.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_graph.h"
#include "places.h"

#define OTHERS_MAX 8 /* listed in a page's box; the rest is counted */

/* Registers in pages of the VM's. */
struct member {
    struct range pages;
    size_t device;
};

struct members {
    struct member *entries; /* by PA */
    size_t count, capacity;
};

/* Whether the pages are the VM's. */
static bool is_of_vm(const struct compose *compose, size_t vm, const struct range *pages)
{
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        if (row->vm == vm && range_overlaps(&row->pages, pages->base, pages->size)) {
            return true;
        }
    }
    return false;
}

/* Lists what has registers in pages of the VM's. */
static struct members members_list(const struct compose *compose, size_t vm)
{
    struct places places = places_list(compose->devtree, compose->board);
    struct members members = {0};
    for (size_t i = 0; i < places.count; i++) {
        const struct range *regs = &places.entries[i].range;
        uint64_t base = regs->base & -(uint64_t)PAGE_SIZE_4K;
        uint64_t last = (regs->base + (regs->size - 1)) & -(uint64_t)PAGE_SIZE_4K;
        struct range pages = {.base = base, .size = last - base + PAGE_SIZE_4K};
        size_t device = compose_device_of(compose, places.entries[i].node);
        if (regs->size != 0 && device != 0 && is_of_vm(compose, vm, &pages)) {
            members.entries = alloc_grow(members.entries, members.count, &members.capacity,
                                         sizeof(*members.entries));
            members.entries[members.count++] = (struct member){.pages = pages, .device = device};
        }
    }
    free(places.entries);
    return members;
}

/* Whether an earlier member of the run is the same device's. */
static bool is_repeated(const struct members *members, size_t first, size_t index)
{
    for (size_t i = first; i < index; i++) {
        if (members->entries[i].device == members->entries[index].device) {
            return true;
        }
    }
    return false;
}

/* Adds the box of a run of pages that members `first` to `end` share. */
static void add_pages(const struct compose *compose, struct graph *graph,
                      const struct members *members, size_t first, size_t end, const size_t *boxes,
                      size_t frame)
{
    uint64_t base = members->entries[first].pages.base, past = base;
    size_t box = graph_add_node(graph, NODE_PAGE, frame);
    for (size_t i = first; i < end; i++) {
        const struct range *pages = &members->entries[i].pages;
        past = pages->base + pages->size > past ? pages->base + pages->size : past;
    }
    graph_add_line(graph, box,
                   past - base == PAGE_SIZE_4K ? "page 0x%" PRIx64 : "pages from 0x%" PRIx64, base);
    size_t others = 0;
    for (size_t i = first; i < end; i++) {
        size_t device = members->entries[i].device;
        const struct devnode *node = &compose->devtree->nodes[device];
        if (is_repeated(members, first, i)) {
            continue;
        }
        if (boxes[device] != INDEX_NONE) {
            graph_add_edge(graph, EDGE_PAGE, boxes[device], box);
        } else if (others++ < OTHERS_MAX) {
            graph_add_line(graph, box, "also %s, %s", node->name,
                           node->is_enabled ? "not given" : "disabled");
        }
    }
    if (others > OTHERS_MAX) {
        graph_add_line(graph, box, "and %zu more", others - OTHERS_MAX);
    }
}

void compose_graph_add_pages(const struct compose *compose, size_t vm, struct graph *graph,
                             const size_t *boxes, size_t frame)
{
    struct members members = members_list(compose, vm);
    for (size_t first = 0, end; first < members.count; first = end) {
        uint64_t past = members.entries[first].pages.base + members.entries[first].pages.size;
        bool is_shared = false;
        for (end = first + 1; end < members.count && members.entries[end].pages.base < past;
             end++) {
            const struct member *member = &members.entries[end];
            is_shared = is_shared || member->device != members.entries[first].device;
            past = member->pages.base + member->pages.size > past
                       ? member->pages.base + member->pages.size
                       : past;
        }
        if (is_shared) {
            add_pages(compose, graph, &members, first, end, boxes, frame);
        }
    }
    free(members.entries);
}
