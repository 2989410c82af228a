/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The devices of a board's tree, with the interrupts that they raise.
 */
#include "graph_board.h"

#include <stdlib.h>

#include "alloc.h"
#include "devtree.h"
#include "sdk.h"

static void add_ranges(struct graph_board *board, const struct devtree *devtree, size_t node)
{
    const struct devnode *devnode = &devtree->nodes[node];
    for (size_t i = 0; i < devnode->reg_count; i++) {
        const struct range *range = &devnode->regs[i];
        if (board_memory_touches(&board->board, range->base, range->size)) {
            continue;
        }
        board->devices = alloc_grow(board->devices, board->device_count, &board->device_capacity,
                                    sizeof(*board->devices));
        board->devices[board->device_count++] = (struct board_device){
            .name = devnode->name, .node = node, .first = i == 0, .range = *range};
    }
}

static void add_irqs(struct graph_board *board, const struct devtree *devtree, size_t node)
{
    struct devirqs irqs;
    devnode_irqs(devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        if (!irqs.entries[i].is_gic || irqs.entries[i].problem != NULL) {
            continue;
        }
        board->irqs =
            alloc_grow(board->irqs, board->irq_count, &board->irq_capacity, sizeof(*board->irqs));
        board->irqs[board->irq_count++] =
            (struct board_irq){.intid = irqs.entries[i].intid, .node = node};
    }
    free(irqs.entries);
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
    struct devtree devtree = {0};
    bool read = file_map(&board->tree, path, NULL) &&
                devtree_open(&devtree, board->tree.bytes, board->tree.size, path);
    for (size_t i = 1; read && i < devtree.node_count; i++) {
        if (!devtree.nodes[i].is_bus) {
            add_ranges(board, &devtree, i);
            add_irqs(board, &devtree, i);
        }
    }
    devtree_close(&devtree);
    if (board->device_count > 1) {
        qsort(board->devices, board->device_count, sizeof(*board->devices), device_compare);
    }
    return read;
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
