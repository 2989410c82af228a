/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Device trees for tests, written as text: dtc makes the tree.
 */
#pragma once

#include <stdint.h>

#include "devtree.h"

#define TREE_TEXT_SIZE 0x10000

extern uint8_t tree_text_bytes[TREE_TEXT_SIZE];

/* Makes the tree that `text` describes, without its first line "/dts-v1/;", in tree_text_bytes.
 * Returns its size; what goes wrong fails the test. */
size_t tree_text_make(const char *text);

/* The same, opened. The caller frees with devtree_close(). */
void tree_text_open(struct devtree *devtree, const char *text);

/* The node at `path`, which has to be there. */
size_t tree_text_node(const struct devtree *devtree, const char *path);
