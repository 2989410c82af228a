/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A device tree as a graph: its nodes, and how they are found. Devicetree Specification 0.4.
 */
#include "devtree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

const void *devnode_property(const struct devtree *devtree, size_t node, const char *name,
                             size_t *length)
{
    int bytes = 0;
    const void *value = fdt_getprop(devtree->tree.fdt, devtree->nodes[node].offset, name, &bytes);
    if (length != NULL) {
        *length = value == NULL ? 0 : (size_t)bytes;
    }
    return value;
}

const char *devnode_string(const struct devtree *devtree, size_t node, const char *name)
{
    size_t length;
    const char *value = devnode_property(devtree, node, name, &length);
    return length != 0 && memchr(value, '\0', length) == value + length - 1 ? value : NULL;
}

uint32_t devnode_cell(const struct devtree *devtree, size_t node, const char *name,
                      uint32_t otherwise)
{
    size_t length;
    const void *value = devnode_property(devtree, node, name, &length);
    return length == 4 ? fdt32_ld(value) : otherwise;
}

static bool matches(const char *string, const char *pattern)
{
    size_t length = strlen(pattern);
    if (length != 0 && pattern[length - 1] == '*') {
        return strncmp(string, pattern, length - 1) == 0;
    }
    return strcmp(string, pattern) == 0;
}

bool devnode_is_compatible(const struct devtree *devtree, size_t node, const char *compatible)
{
    const char *list = devtree->nodes[node].compatible;
    size_t size = devtree->nodes[node].compatible_size;
    for (size_t at = 0; at < size; at += strlen(list + at) + 1) {
        if (matches(list + at, compatible)) {
            return true;
        }
    }
    return false;
}

bool devnode_is_within(const struct devtree *devtree, size_t node, size_t ancestor)
{
    return node >= ancestor && node < devtree->nodes[ancestor].end;
}

size_t devtree_by_phandle(const struct devtree *devtree, uint32_t phandle)
{
    size_t first = 0, last = devtree->phandle_count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (devtree->nodes[devtree->by_phandle[middle]].phandle < phandle) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    if (first == devtree->phandle_count) {
        return NODE_NONE;
    }
    size_t node = devtree->by_phandle[first];
    return devtree->nodes[node].phandle == phandle ? node : NODE_NONE;
}

static size_t by_offset(const struct devtree *devtree, int offset)
{
    size_t first = 0, last = devtree->node_count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (devtree->nodes[middle].offset < offset) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first < devtree->node_count && devtree->nodes[first].offset == offset ? first
                                                                                 : NODE_NONE;
}

/* The path that the first `length` characters of `alias` stand for, or NULL. libfdt's own function
 * takes it for granted that a string ends. */
static const char *alias_path(const void *fdt, const char *alias, size_t length)
{
    int value_length;
    int aliases = fdt_path_offset(fdt, "/aliases");
    const char *path =
        aliases < 0 ? NULL : fdt_getprop_namelen(fdt, aliases, alias, (int)length, &value_length);
    /* An alias of an alias is none. */
    return path != NULL && value_length > 1 && path[0] == '/' && path[value_length - 1] == '\0'
               ? path
               : NULL;
}

/* The node at the first `length` characters of a path or alias. */
static size_t by_path(const struct devtree *devtree, const char *path, size_t length)
{
    const void *fdt = devtree->tree.fdt;
    if (length == 0 || length > NODE_PATH_MAX) {
        return NODE_NONE;
    }
    if (path[0] != '/') {
        path = alias_path(fdt, path, length);
        if (path == NULL) {
            return NODE_NONE;
        }
        length = strlen(path);
    }
    int offset = fdt_path_offset_namelen(fdt, path, (int)length);
    return offset < 0 ? NODE_NONE : by_offset(devtree, offset);
}

size_t devtree_by_path(const struct devtree *devtree, const char *path)
{
    return by_path(devtree, path, strlen(path));
}

size_t devtree_console(const struct devtree *devtree)
{
    size_t chosen = devtree_by_path(devtree, "/chosen");
    const char *path = chosen == NODE_NONE ? NULL : devnode_string(devtree, chosen, "stdout-path");
    return path == NULL ? NODE_NONE : by_path(devtree, path, strcspn(path, ":"));
}

static char *path_below(const char *parent, const char *name)
{
    char *path;
    int length = asprintf(&path, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, name);
    return alloc_checked(length < 0 ? NULL : path);
}

static bool is_okay(const struct devtree *devtree, size_t node)
{
    return !tree_disabled(&devtree->tree, devtree->nodes[node].offset);
}

/* Adds the node at `offset`, a child of `parent`. */
static void add_node(struct devtree *devtree, int offset, size_t parent)
{
    size_t index = devtree->node_count++;
    struct devnode *node = &devtree->nodes[index];
    const char *name = fdt_get_name(devtree->tree.fdt, offset, NULL);
    *node = (struct devnode){.offset = offset, .parent = parent, .name = name};
    if (parent == NODE_NONE) {
        node->path = alloc_checked(strdup("/"));
        node->is_enabled = true;
    } else {
        node->path = path_below(devtree->nodes[parent].path, name);
        node->is_enabled = devtree->nodes[parent].is_enabled && is_okay(devtree, index);
    }
    node->phandle = fdt_get_phandle(devtree->tree.fdt, offset);
    node->compatible = devnode_property(devtree, index, "compatible", &node->compatible_size);
    if (node->compatible_size == 0 || node->compatible[node->compatible_size - 1] != '\0') {
        node->compatible = NULL;
        node->compatible_size = 0;
    }
    node->is_bus = devnode_is_compatible(devtree, index, "simple-bus");
}

/* Whether a name can stand in a line of text: what is written about the tree has its paths. */
static bool is_printable(const char *name)
{
    while (*name > ' ' && *name <= '~') {
        name++;
    }
    return *name == '\0';
}

/* Counts the nodes; 0, reported, if there are too many, they are too deep, or their paths too long
 * or no text. */
static size_t count_nodes(const struct tree *tree)
{
    size_t lengths[NODE_DEPTH_MAX + 1]; /* of the paths of the nodes that are open */
    int depth = 0;
    size_t count = 0;
    for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(tree->fdt, node, &depth)) {
        int length = 0;
        count++;
        if (depth > NODE_DEPTH_MAX || count > NODE_COUNT_MAX) {
            diag_error(&tree->at, "more than %d nodes, or nodes more than %d deep", NODE_COUNT_MAX,
                       NODE_DEPTH_MAX);
            return 0;
        }
        const char *name = fdt_get_name(tree->fdt, node, &length);
        if (name == NULL) {
            diag_error(&tree->at, "its structure does not begin with the root node");
            return 0;
        }
        if (!is_printable(name)) {
            diag_error(&tree->at, "a node's name, \"%s\", has blanks or is not plain text", name);
            return 0;
        }
        lengths[depth] = (depth == 0 ? 0 : lengths[depth - 1] + 1) + (size_t)length;
        if (lengths[depth] > NODE_PATH_MAX) {
            diag_error(&tree->at, "a node with a path of %zu characters; at most %d are allowed",
                       lengths[depth], NODE_PATH_MAX);
            return 0;
        }
    }
    return count;
}

static void read_nodes(struct devtree *devtree)
{
    size_t above[NODE_DEPTH_MAX + 1]; /* the nodes that are open */
    int depth = 0, closed = 0;
    for (int offset = 0; offset >= 0 && depth >= 0;
         offset = fdt_next_node(devtree->tree.fdt, offset, &depth)) {
        for (; closed > depth; closed--) {
            devtree->nodes[above[closed - 1]].end = devtree->node_count;
        }
        above[depth] = devtree->node_count;
        closed = depth + 1;
        add_node(devtree, offset, depth == 0 ? NODE_NONE : above[depth - 1]);
    }
    for (; closed > 0; closed--) {
        devtree->nodes[above[closed - 1]].end = devtree->node_count;
    }
}

static const struct devtree *sorting; /* qsort() has no argument to pass on */

static int compare_phandles(const void *left, const void *right)
{
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    uint32_t first = sorting->nodes[a].phandle, second = sorting->nodes[b].phandle;
    return first != second ? (first > second) - (first < second) : (a > b) - (a < b);
}

static void index_phandles(struct devtree *devtree)
{
    devtree->by_phandle = alloc_array(devtree->node_count, sizeof(*devtree->by_phandle));
    for (size_t i = 0; i < devtree->node_count; i++) {
        if (devtree->nodes[i].phandle != 0) {
            devtree->by_phandle[devtree->phandle_count++] = i;
        }
    }
    sorting = devtree;
    qsort(devtree->by_phandle, devtree->phandle_count, sizeof(*devtree->by_phandle),
          compare_phandles);
}

bool devtree_open(struct devtree *devtree, const void *bytes, size_t size, const char *path)
{
    *devtree = (struct devtree){0};
    if (!tree_open(&devtree->tree, bytes, size, path)) {
        return false;
    }
    size_t count = count_nodes(&devtree->tree);
    if (count == 0) {
        return false;
    }
    devtree->nodes = alloc_array(count, sizeof(*devtree->nodes));
    read_nodes(devtree);
    index_phandles(devtree);
    devtree_read_regs(devtree);
    return true;
}

void devtree_close(struct devtree *devtree)
{
    for (size_t i = 0; i < devtree->node_count; i++) {
        struct devnode *node = &devtree->nodes[i];
        free(node->path);
        free(node->regs);
        free(node->windows);
        free(node->dma_windows);
    }
    free(devtree->nodes);
    free(devtree->by_phandle);
    *devtree = (struct devtree){0};
}
