/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kinds of devices that docs/boards.md tells of.
 */
#pragma once

#include "devtree.h"

enum kind {
    KIND_SERIAL,
    KIND_MMC,
    KIND_ETHERNET,
    KIND_USB,
    KIND_PCIE,
    KIND_GPU,
    KIND_COUNT, /* as well: of no kind */
};

extern const char *const kind_names[KIND_COUNT];

/* The kind of a node that is enabled; of nodes in one another, the outermost counts. */
enum kind kind_of(const struct devtree *devtree, size_t node);
