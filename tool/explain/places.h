/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Which node of the board's tree has registers where (PA). Of several that hold a byte, the last in
 * this order is the most precise; the guest table keeps the order, and with it the rule.
 */
#pragma once

#include "board.h"
#include "devtree.h"

struct place {
    struct range range;
    size_t node;
};

struct places {
    struct place *entries; /* by PA; of two that begin together the smaller one later */
    size_t count, capacity;
};

/* Lists the registers of all nodes but buses and what lies in RAM. The caller frees `entries`. */
struct places places_list(const struct devtree *devtree, const struct board *board);
