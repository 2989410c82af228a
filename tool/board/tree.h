/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a flattened device tree (Devicetree Specification 0.4) on top of libfdt. A tree is input
 * like any other: every property's length is checked before it is used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "system.h"

#define GIC_LINES_MAX 1020 /* INTIDs of a GIC: IHI 0048B, 2.2.1 */

struct tree {
    const void *fdt;
    struct source at; /* the file */
};

/* Checks the whole structure of the tree at `bytes`, 8-byte aligned. Reports what is wrong with it
 * and returns false if anything is. `path` is for messages. */
bool tree_open(struct tree *tree, const void *bytes, size_t size, const char *path);

/* The number in `count` cells of a property; of more than two, the last two count. */
uint64_t tree_cells(const void *property, int count);

/* Whether the node's `status` says anything but okay. */
bool tree_disabled(const struct tree *tree, int node);
