/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What people call nodes of a device tree: by path, alias or compatible string.
 */
#pragma once

#include "devtree.h"

/* Reports that the tree has nothing called `name`, and what in it is called almost so. `what` says
 * where the name was given: "--give". */
void devname_report(const struct devtree *devtree, const char *what, const char *name);
