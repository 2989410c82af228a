/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The devices of a board's tree, with the interrupts that they raise.
 */
#include "graph_board.h"

#include <libfdt.h>
#include <stdlib.h>

#include "alloc.h"
#include "sdk.h"
#include "tree.h"

/* Whether the node's registers have PAs: all buses above it pass addresses on. */
static bool node_has_pa(const struct tree *tree, int node)
{
    int bus = fdt_parent_offset(tree->fdt, node);
    while (bus > 0) {
        if (fdt_getprop(tree->fdt, bus, "ranges", NULL) == NULL ||
            fdt_address_cells(tree->fdt, bus) > 2) {
            return false;
        }
        bus = fdt_parent_offset(tree->fdt, bus);
    }
    return bus == 0;
}

static bool add_ranges(struct graph_board *board, const struct tree *tree, int node)
{
    struct range range;
    enum lookup found;
    for (int i = 0; (found = tree_reg(tree, node, i, &range)) == LOOKUP_FOUND; i++) {
        if (board_memory_touches(&board->board, range.base, range.size)) {
            continue;
        }
        board->devices = alloc_grow(board->devices, board->device_count, &board->device_capacity,
                                    sizeof(*board->devices));
        board->devices[board->device_count++] =
            (struct board_device){.name = fdt_get_name(tree->fdt, node, NULL),
                                  .node = node,
                                  .first = i == 0,
                                  .range = range};
    }
    return found != LOOKUP_BAD;
}

static void add_irqs(struct graph_board *board, const struct tree *tree, int node)
{
    uint32_t intid;
    for (int i = 0; (intid = tree_irq(tree, node, i, GIC_LINES_MAX)) != GIC_LINES_MAX; i++) {
        board->irqs =
            alloc_grow(board->irqs, board->irq_count, &board->irq_capacity, sizeof(*board->irqs));
        board->irqs[board->irq_count++] = (struct board_irq){.intid = intid, .node = node};
    }
}

static int device_compare(const void *left, const void *right)
{
    const struct board_device *a = left;
    const struct board_device *b = right;
    if (a->range.base != b->range.base) {
        return a->range.base < b->range.base ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

static bool tree_read(struct graph_board *board, const char *path)
{
    struct tree tree;
    if (!file_map(&board->tree, path, NULL) ||
        !tree_open(&tree, board->tree.bytes, board->tree.size, path)) {
        return false;
    }
    for (int node = fdt_next_node(tree.fdt, 0, NULL); node >= 0;
         node = fdt_next_node(tree.fdt, node, NULL)) {
        if (!node_has_pa(&tree, node) ||
            fdt_node_check_compatible(tree.fdt, node, "simple-bus") == 0) {
            continue;
        }
        if (!add_ranges(board, &tree, node)) {
            return false;
        }
        add_irqs(board, &tree, node);
    }
    if (board->device_count > 1) {
        qsort(board->devices, board->device_count, sizeof(*board->devices), device_compare);
    }
    return true;
}

bool graph_board_read(struct graph_board *board, const char *name)
{
    struct sdk_board paths;
    *board = (struct graph_board){0};
    bool read = sdk_find(&paths, name, "debug") &&
                board_read(&board->board, name, paths.tree, paths.facts) &&
                tree_read(board, paths.tree);
    sdk_free(&paths);
    return read;
}

void graph_board_free(struct graph_board *board)
{
    free(board->devices);
    free(board->irqs);
    file_unmap(&board->tree);
}

bool graph_board_raises(const struct graph_board *board, uint32_t intid, uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < board->irq_count; i++) {
        if (board->irqs[i].intid != intid) {
            continue;
        }
        for (size_t k = 0; k < board->device_count; k++) {
            const struct board_device *device = &board->devices[k];
            if (device->first && device->node == board->irqs[i].node &&
                range_overlaps(&device->range, pa, size)) {
                return true;
            }
        }
    }
    return false;
}
