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

enum lookup {
    LOOKUP_FOUND,
    LOOKUP_ABSENT,
    LOOKUP_BAD, /* reported */
};

/* Checks the whole structure of the tree at `bytes`, 8-byte aligned. Reports what is wrong with it
 * and returns false if anything is. `path` is for messages. */
bool tree_open(struct tree *tree, const void *bytes, size_t size, const char *path);

/* Reports what is wrong with a node, by its path. Returns LOOKUP_BAD. */
enum lookup tree_bad(const struct tree *tree, int node, const char *what);

/* Reads entry `index` of the node's `reg` as a PA range, through the `ranges` of all buses above
 * it. */
enum lookup tree_reg(const struct tree *tree, int node, int index, struct range *range);

/* The number in `count` cells of a property; of more than two, the last two count. */
uint64_t tree_cells(const void *property, int count);

/* Whether the node's `status` says anything but okay. */
bool tree_disabled(const struct tree *tree, int node);

/* Reads the INTID of interrupt `index` of a node whose interrupt parent is a GIC (three cells:
 * kind, number, flags); `otherwise` where there is none. */
uint32_t tree_irq(const struct tree *tree, int node, int index, uint32_t otherwise);

/* Returns the first node with one of the `count` compatible strings, the first string first; or -1.
 */
int tree_find(const struct tree *tree, const char *const *compatible, size_t count);
