/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A flattened device tree as source text, which dtc reads back to the same tree.
 */
#pragma once

#include <stdio.h>

/* What stands behind the opening line of the node at `offset`, as a comment: allocated, or NULL. */
typedef char *(*dts_note_t)(const void *fdt, int offset, void *data);

/* Prints the tree, which has been checked. `note` may be NULL. */
void dts_print(FILE *out, const void *fdt, dts_note_t note, void *data);
