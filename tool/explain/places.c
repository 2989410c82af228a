/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The registers of a board, by PA.
 */
#include "places.h"

#include <stdlib.h>

#include "alloc.h"

/* By PA; of two that begin together the smaller is the more precise, and comes later. */
static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    if (a->range.base != b->range.base) {
        return a->range.base < b->range.base ? -1 : 1;
    }
    if (a->range.size != b->range.size) {
        return a->range.size > b->range.size ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

struct places places_list(const struct devtree *devtree, const struct board *board)
{
    struct places places = {0};
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        for (size_t k = 0; !node->is_bus && k < node->reg_count; k++) {
            if (!board_memory_touches(board, node->regs[k].base, node->regs[k].size)) {
                places.entries = alloc_grow(places.entries, places.count, &places.capacity,
                                            sizeof(*places.entries));
                places.entries[places.count++] = (struct place){.range = node->regs[k], .node = i};
            }
        }
    }
    if (places.count > 1) {
        qsort(places.entries, places.count, sizeof(*places.entries), place_compare);
    }
    return places;
}
