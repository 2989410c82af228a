/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * An index of a device tree for comparing it with another: sorted once, so that even a hostile tree
 * of a million nodes in one is compared in reasonable time.
 */
#include "payload_diff.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static void properties_add(struct diff_index *index, const void *fdt, int offset, size_t node)
{
    int at;
    fdt_for_each_property_offset(at, fdt, offset)
    {
        const char *name;
        int size;
        const void *value = fdt_getprop_by_offset(fdt, at, &name, &size);
        if (value == NULL || size < 0) {
            continue;
        }
        index->properties = alloc_grow(index->properties, index->property_count,
                                       &index->property_capacity, sizeof(*index->properties));
        index->properties[index->property_count++] = (struct diff_property){
            .name = name, .node = node, .value = value, .size = (size_t)size};
        if (strcmp(name, "phandle") == 0 && size == 4) {
            index->nodes[node].phandle = fdt32_ld(value);
        }
    }
}

static void nodes_add(struct diff_index *index, const void *fdt)
{
    size_t at[PAYLOAD_DEPTH_MAX + 1]; /* the last node of each depth */
    int depth = 0;
    for (int offset = 0; offset >= 0 && depth >= 0 && depth <= PAYLOAD_DEPTH_MAX;
         offset = fdt_next_node(fdt, offset, &depth)) {
        const char *name = fdt_get_name(fdt, offset, NULL);
        index->nodes = alloc_grow(index->nodes, index->node_count, &index->node_capacity,
                                  sizeof(*index->nodes));
        index->nodes[index->node_count] = (struct diff_node){
            .name = name == NULL ? "" : name, .parent = depth == 0 ? NODE_NONE : at[depth - 1]};
        at[depth] = index->node_count++;
        properties_add(index, fdt, offset, at[depth]);
    }
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* By node, then by name; of equal names, by place in the tree. */
static int compare_properties(const void *a, const void *b)
{
    const struct diff_property *left = a, *right = b;
    int order = compare_sizes(left->node, right->node);
    order = order != 0 ? order : strcmp(left->name, right->name);
    return order != 0 ? order : compare_sizes((uintptr_t)left->value, (uintptr_t)right->value);
}

static int compare_children(const void *a, const void *b, void *context)
{
    const struct diff_index *index = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    /* The root's parent is the largest number: it comes last and is no child. */
    int order = compare_sizes(index->nodes[left].parent, index->nodes[right].parent);
    order = order != 0 ? order : strcmp(index->nodes[left].name, index->nodes[right].name);
    return order != 0 ? order : compare_sizes(left, right);
}

static int compare_handles(const void *a, const void *b, void *context)
{
    const struct diff_index *index = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    int order = compare_sizes(index->nodes[left].phandle, index->nodes[right].phandle);
    return order != 0 ? order : compare_sizes(left, right);
}

static void sort(struct diff_index *index)
{
    if (index->property_count > 1) {
        qsort(index->properties, index->property_count, sizeof(*index->properties),
              compare_properties);
    }
    for (size_t i = 0; i < index->property_count; i++) {
        struct diff_node *node = &index->nodes[index->properties[i].node];
        node->property_first = node->property_count++ == 0 ? i : node->property_first;
    }
    index->children = alloc_array(index->node_count, sizeof(size_t));
    index->handles = alloc_array(index->node_count, sizeof(size_t));
    for (size_t i = 0; i < index->node_count; i++) {
        index->children[i] = i;
        if (index->nodes[i].phandle != 0) {
            index->handles[index->handle_count++] = i;
        }
    }
    qsort_r(index->children, index->node_count, sizeof(size_t), compare_children, index);
    qsort_r(index->handles, index->handle_count, sizeof(size_t), compare_handles, index);
    for (size_t i = 0; i < index->node_count; i++) {
        size_t parent = index->nodes[index->children[i]].parent;
        if (parent != NODE_NONE) {
            struct diff_node *node = &index->nodes[parent];
            node->child_first = node->child_count++ == 0 ? i : node->child_first;
        }
    }
}

void diff_index_build(struct diff_index *index, const void *fdt)
{
    *index = (struct diff_index){0};
    nodes_add(index, fdt);
    sort(index);
}

void diff_index_free(struct diff_index *index)
{
    free(index->nodes);
    free(index->properties);
    free(index->children);
    free(index->handles);
    *index = (struct diff_index){0};
}

char *diff_path(const struct diff_index *index, size_t node)
{
    size_t chain[PAYLOAD_DEPTH_MAX + 1];
    size_t count = 0, size;
    char *text = NULL;
    FILE *out = alloc_checked(open_memstream(&text, &size));
    for (; index->nodes[node].parent != NODE_NONE; node = index->nodes[node].parent) {
        chain[count++] = node;
    }
    if (count == 0) {
        fputs("/", out);
    }
    while (count > 0) {
        fprintf(out, "/%s", index->nodes[chain[--count]].name);
    }
    fclose(out);
    return alloc_checked(text);
}

size_t diff_target(const struct diff_index *index, uint32_t phandle)
{
    size_t low = 0, high = index->handle_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->nodes[index->handles[middle]].phandle < phandle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < index->handle_count && index->nodes[index->handles[low]].phandle == phandle
               ? index->handles[low]
               : NODE_NONE;
}

const struct diff_property *diff_find(const struct diff_index *index, size_t node, const char *name)
{
    size_t low = index->nodes[node].property_first;
    size_t end = low + index->nodes[node].property_count, high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->properties[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && strcmp(index->properties[low].name, name) == 0 ? &index->properties[low]
                                                                       : NULL;
}
