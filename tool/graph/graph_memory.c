/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The memory regions in a picture: a device has a box; regions that the same PDs and VMs share with
 * the same rights have one together; a region that only one of them has is a line in its box.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "drover/manifest.h"
#include "graph.h"

/* Who has a region mapped, and how. */
struct sharer {
    size_t node;
    uint32_t perms;
    bool cached;
};

struct use {
    struct sharer *sharers; /* in the order of their nodes */
    size_t count, capacity;
};

/* A node that has a region mapped twice has the rights of both. */
static void use_add(struct use *use, size_t node, const struct map *map)
{
    struct sharer *last = use->count == 0 ? NULL : &use->sharers[use->count - 1];
    if (last != NULL && last->node == node) {
        last->perms |= map->perms;
        last->cached = last->cached && map->cached;
        return;
    }
    use->sharers = alloc_grow(use->sharers, use->count, &use->capacity, sizeof(*use->sharers));
    use->sharers[use->count++] =
        (struct sharer){.node = node, .perms = map->perms, .cached = map->cached};
}

static bool use_same(const struct use *a, const struct use *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const struct sharer *x = &a->sharers[i];
        const struct sharer *y = &b->sharers[i];
        if (x->node != y->node || x->perms != y->perms || x->cached != y->cached) {
            return false;
        }
    }
    return true;
}

/* The use of every region of the system. */
static struct use *find_uses(const struct graph *graph)
{
    const struct system *system = graph->system;
    struct use *uses = alloc_array(system->region_count, sizeof(*uses));
    for (size_t i = 0; i < system->pd_count; i++) {
        for (size_t k = 0; k < system->pds[i].map_count; k++) {
            const struct map *map = &system->pds[i].maps[k];
            use_add(&uses[map->region], i, map);
        }
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct vm *vm = system->pds[i].vm;
        for (size_t k = 0; vm != NULL && k < vm->map_count; k++) {
            use_add(&uses[vm->maps[k].region], graph->vm_nodes[i], &vm->maps[k]);
        }
    }
    return uses;
}

/* Whether a region is a device: the board's tree knows; without it, one at a fixed PA that is
 * nowhere mapped as ordinary memory. */
static bool is_device(const struct memory_region *region, const struct use *use,
                      const struct graph_board *board)
{
    if (!region->has_phys_addr || region->prefill_path != NULL) {
        return false;
    }
    if (board != NULL) {
        return !board_memory_touches(&board->board, region->phys_addr, region->size);
    }
    for (size_t i = 0; i < use->count; i++) {
        if (use->sharers[i].cached) {
            return false;
        }
    }
    return true;
}

static const char *perms_text(uint32_t perms)
{
    static const char *const texts[] = {"-", "r", "w", "rw", "x", "rx", "wx", "rwx"};
    return texts[perms & (MAP_PERM_READ | MAP_PERM_WRITE | MAP_PERM_EXECUTE)];
}

static char *size_text(const struct memory_region *region)
{
    uint64_t kib = region->size / 1024;
    if (region->size == 0) {
        return graph_text("as %s", region->prefill_path);
    }
    return kib % 1024 == 0 ? graph_text("%" PRIu64 " MiB", kib / 1024)
                           : graph_text("%" PRIu64 " KiB", kib);
}

/* Adds the line "NAME SIZE RIGHTS at PA" of a region. */
static void add_region_line(struct graph *graph, size_t node, const struct memory_region *region,
                            const char *rights)
{
    char *size = size_text(region);
    char *place = region->has_phys_addr ? graph_text(" at 0x%" PRIx64, region->phys_addr)
                                        : graph_text("%s", "");
    graph_add_line(graph, node, "%s %s%s%s%s", region->name, size, rights[0] == '\0' ? "" : " ",
                   rights, place);
    free(size);
    free(place);
}

/* The innermost frame around both; INDEX_NONE is around everything. */
static size_t common_frame(const struct graph *graph, size_t a, size_t b)
{
    for (size_t outer = a; outer != INDEX_NONE; outer = graph->frames[outer].parent) {
        for (size_t other = b; other != INDEX_NONE; other = graph->frames[other].parent) {
            if (outer == other) {
                return outer;
            }
        }
    }
    return INDEX_NONE;
}

static size_t frame_of(const struct graph *graph, const struct use *use)
{
    size_t frame = use->count == 0 ? INDEX_NONE : graph->nodes[use->sharers[0].node].frame;
    for (size_t i = 1; i < use->count; i++) {
        frame = common_frame(graph, frame, graph->nodes[use->sharers[i].node].frame);
    }
    return frame;
}

static void add_map_edges(struct graph *graph, size_t node, const struct use *use)
{
    bool device = graph->nodes[node].kind == NODE_DEVICE;
    for (size_t i = 0; i < use->count; i++) {
        const struct sharer *sharer = &use->sharers[i];
        struct edge *edge = graph_add_edge(graph, EDGE_MAP, node, sharer->node);
        edge->label = graph_text("%s%s", perms_text(sharer->perms),
                                 sharer->cached == device ? device ? " cached" : " uncached" : "");
    }
}

/* Adds the box of what is used as region `first` is, from there on. */
static void add_shared(struct graph *graph, const struct use *uses, bool *done, size_t first)
{
    const struct system *system = graph->system;
    size_t node = graph_add_node(graph, NODE_MEMORY, frame_of(graph, &uses[first]));
    for (size_t i = first; i < system->region_count; i++) {
        if (!done[i] && use_same(&uses[first], &uses[i])) {
            add_region_line(graph, node, &system->regions[i], "");
            done[i] = true;
        }
    }
    if (uses[first].count == 0) {
        graph_add_line(graph, node, "mapped by nobody");
    }
    add_map_edges(graph, node, &uses[first]);
}

static void add_private(struct graph *graph, const struct memory_region *region,
                        const struct sharer *sharer)
{
    char *rights = graph_text("%s%s", perms_text(sharer->perms), sharer->cached ? "" : " uncached");
    add_region_line(graph, sharer->node, region, rights);
    free(rights);
}

void graph_add_memory(struct graph *graph, const struct graph_board *board)
{
    const struct system *system = graph->system;
    struct use *uses = find_uses(graph);
    bool *done = alloc_array(system->region_count, sizeof(*done));
    size_t *device_nodes = alloc_array(system->region_count, sizeof(*device_nodes));
    for (size_t i = 0; i < system->region_count; i++) {
        device_nodes[i] = INDEX_NONE;
        if (is_device(&system->regions[i], &uses[i], board)) {
            device_nodes[i] = graph_add_device(graph, board, i);
            add_map_edges(graph, device_nodes[i], &uses[i]);
            done[i] = true;
        }
    }
    for (size_t i = 0; i < system->region_count; i++) {
        if (done[i]) {
            continue;
        }
        if (uses[i].count == 1) {
            add_private(graph, &system->regions[i], &uses[i].sharers[0]);
            done[i] = true;
        } else {
            add_shared(graph, uses, done, i);
        }
    }
    graph_add_interrupts(graph, board, device_nodes);
    for (size_t i = 0; i < system->region_count; i++) {
        free(uses[i].sharers);
    }
    free(uses);
    free(done);
    free(device_nodes);
}
