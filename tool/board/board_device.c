/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where the board has devices: every register in its tree that the processor reaches, and the
 * windows of PCI buses. A node that makes no sense is passed over: the tree is only asked whether
 * there is a device at some PA.
 */
#include "board.h"
#include "devtree.h"
#include "diag.h"

/* Adds a range of PA; false, reported, if there are too many. */
static bool add_device(struct board *board, const struct devtree *devtree,
                       const struct range *range)
{
    if (board->device_count == BOARD_DEVICE_MAX) {
        range_merge(board->devices, &board->device_count);
    }
    if (board->device_count == BOARD_DEVICE_MAX) {
        diag_error(&devtree->tree.at, "more than %d devices apart from each other",
                   BOARD_DEVICE_MAX);
        return false;
    }
    board->devices[board->device_count++] = *range;
    return true;
}

bool board_devices_read(struct board *board, const struct devtree *devtree)
{
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        for (size_t k = 0; k < node->reg_count; k++) {
            if (!add_device(board, devtree, &node->regs[k])) {
                return false;
            }
        }
    }
    return true;
}
