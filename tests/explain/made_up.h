/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The board of board.dts, and a system that `drover compose` makes for it.
 */
#pragma once

#include "compose.h"
#include "explain.h"

#define MADE_UP_DIRECTORY BUILD_DIR "/tests/explain"
#define MADE_UP_COMPOSED  MADE_UP_DIRECTORY "/composed"

struct made_up {
    struct file file; /* the tree */
    struct devtree devtree;
    struct board board;
};

/* Reads the board; what goes wrong fails the test. The caller ends with made_up_close(). */
void made_up_open(struct made_up *made_up);
void made_up_close(struct made_up *made_up);

/* Composes: VM "storage" is given the disk, VM "other" nothing. The caller frees with
 * compose_free(). */
void made_up_compose(const struct made_up *made_up, struct compose *compose);
