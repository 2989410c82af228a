/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a picture needs to know of a board: what is RAM, and which device of the device tree lies
 * where and raises which interrupt.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "file.h"

/* A node of the device tree with a PA range; a node with several has an entry for each. */
struct board_device {
    const char *name; /* with its unit address: pl011@9000000 */
    size_t node;      /* its index in the tree */
    bool first;       /* the first of its ranges, by which the device is known */
    struct range range;
};

struct graph_board {
    struct board board;
    struct file tree;             /* the names point into it */
    struct board_device *devices; /* by PA */
    size_t device_count, device_capacity;
    struct board_irq {
        uint32_t intid;
        size_t node; /* who raises it */
    } * irqs;
    size_t irq_count, irq_capacity;
};

/* Reads the board called `name` of the SDK. Reports mistakes and returns false; the caller frees
 * with graph_board_free() either way. */
bool graph_board_read(struct graph_board *board, const char *name);
void graph_board_free(struct graph_board *board);

/* Whether the device that raises `intid` has its first registers in the PA range. */
bool graph_board_raises(const struct graph_board *board, uint32_t intid, uint64_t pa,
                        uint64_t size);
