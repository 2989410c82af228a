/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Comparing two device trees: an index of each, what a property's value means, and whether a
 * difference matters to a guest.
 */
#pragma once

#include "payload.h"

#define NODE_NONE SIZE_MAX

struct diff_property {
    const char *name;
    size_t node;
    const uint8_t *value;
    size_t size; /* bytes */
};

struct diff_node {
    const char *name;
    size_t parent;                         /* NODE_NONE: the root */
    uint32_t phandle;                      /* 0: none */
    size_t property_first, property_count; /* in `properties` */
    size_t child_first, child_count;       /* in `children` */
};

/* A tree's nodes in its own order; each node's properties and children in the order of their
 * names. */
struct diff_index {
    struct diff_node *nodes;
    size_t node_count, node_capacity;
    struct diff_property *properties;
    size_t property_count, property_capacity;
    size_t *children; /* nodes */
    size_t *handles;  /* nodes with a phandle, in the order of those */
    size_t handle_count;
};

void diff_index_build(struct diff_index *index, const void *fdt);
void diff_index_free(struct diff_index *index);

/* The node's path, allocated. */
char *diff_path(const struct diff_index *index, size_t node);
/* The node that a phandle names, NODE_NONE if there is none. */
size_t diff_target(const struct diff_index *index, uint32_t phandle);
/* NULL if the node has none of that name. */
const struct diff_property *diff_find(const struct diff_index *index, size_t node,
                                      const char *name);

enum diff_value {
    DIFF_SAME,
    DIFF_RENUMBERED, /* other phandles of the same nodes */
    DIFF_OTHER,
};

/* Compares the values of one property in two trees, phandles by what they name. */
enum diff_value diff_compare(const struct diff_index *live, const struct diff_property *live_value,
                             const struct diff_index *disk, const struct diff_property *disk_value);

/* A value as in the source of a tree, shortened; allocated. */
char *diff_value_text(const struct diff_property *property);

enum diff_change {
    DIFF_CHANGED,
    DIFF_ADDED,   /* only in the live tree */
    DIFF_REMOVED, /* only in the one on disk */
};

struct diff_verdict {
    bool matters;
    const char *reason;
};

/* Whether a change of the property `name` of the node at `path` matters; of the whole node, if
 * `name` is NULL. */
struct diff_verdict diff_judge(const char *path, const char *name, enum diff_change change);
