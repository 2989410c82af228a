/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds small device trees for tests, in `tree_built`. What goes wrong fails the test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define TREE_BUILT_SIZE 8192

extern uint8_t tree_built[TREE_BUILT_SIZE];

/* Begins an empty tree with two cells for addresses and two for sizes. */
void tree_build_start(void);

/* Adds a node; returns it. Nodes made before may have moved. */
int tree_add_node(int parent, const char *name);

void tree_set_text(int node, const char *name, const char *text);
void tree_set_cells(int node, const char *name, const uint32_t *cells, size_t count);

#define TREE_SET_CELLS(node, name, ...)                                                            \
    tree_set_cells(node, name, (const uint32_t[]){__VA_ARGS__},                                    \
                   sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Adds 128 MiB of RAM at 0x40000000; a GIC-400 at 0x8000000, maintenance interrupt 24. */
void tree_add_memory(void);
void tree_add_gic(void);
