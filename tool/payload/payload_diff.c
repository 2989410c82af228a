/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a boot loader changed in a device tree: a walk through both at once, by names. A line for
 * each difference says whether it matters to a guest, and why.
 */
#include "payload_diff.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "payload_line.h"

struct walk {
    struct diff_index live, disk;
    size_t matter_count, harmless_count;
    size_t renumbered_count; /* properties and nodes with other phandles */
};

static const char *word(struct walk *walk, bool matters)
{
    *(matters ? &walk->matter_count : &walk->harmless_count) += 1;
    return matters ? "matters" : "harmless";
}

/* A property that is in one tree only, or in both with different values. */
static void property_print(struct walk *walk, const char *path, const struct diff_property *live,
                           const struct diff_property *disk)
{
    enum diff_change change = disk == NULL   ? DIFF_ADDED
                              : live == NULL ? DIFF_REMOVED
                                             : DIFF_CHANGED;
    const char *name = live == NULL ? disk->name : live->name;
    struct diff_verdict verdict = diff_judge(path, name, change);
    char *live_text = live == NULL ? payload_text("absent") : diff_value_text(live);
    char *disk_text = disk == NULL ? payload_text("absent") : diff_value_text(disk);
    bool same = change == DIFF_CHANGED && strcmp(live_text, disk_text) == 0;
    payload_line("%s: %s: %s: live %s, on disk %s%s: %s", word(walk, verdict.matters), path, name,
                 live_text, disk_text,
                 same ? " (which differ in what they name, or further on)" : "", verdict.reason);
    free(live_text);
    free(disk_text);
}

static bool is_phandle(const struct diff_property *property)
{
    return strcmp(property->name, "phandle") == 0 || strcmp(property->name, "linux,phandle") == 0;
}

/* The numbers themselves: what they name is looked at where they are used. */
static void phandle_compare(struct walk *walk, const struct diff_property *live,
                            const struct diff_property *disk)
{
    walk->renumbered_count += live == NULL || disk == NULL || live->size != disk->size ||
                              memcmp(live->value, disk->value, live->size) != 0;
}

static void property_compare(struct walk *walk, const char *path, const struct diff_property *live,
                             const struct diff_property *disk)
{
    if (is_phandle(live == NULL ? disk : live)) {
        phandle_compare(walk, live, disk);
        return;
    }
    enum diff_value value = live == NULL || disk == NULL
                                ? DIFF_OTHER
                                : diff_compare(&walk->live, live, &walk->disk, disk);
    if (value == DIFF_OTHER) {
        property_print(walk, path, live, disk);
    }
    walk->renumbered_count += value == DIFF_RENUMBERED;
}

/* Which of two sorted names comes first; an ended list comes last. */
static int order_of(bool live_ended, bool disk_ended, const char *live, const char *disk)
{
    return live_ended ? 1 : disk_ended ? -1 : strcmp(live, disk);
}

static void properties_compare(struct walk *walk, const char *path, size_t live_node,
                               size_t disk_node)
{
    const struct diff_node *live = &walk->live.nodes[live_node];
    const struct diff_node *disk = &walk->disk.nodes[disk_node];
    size_t i = 0, j = 0;
    while (i < live->property_count || j < disk->property_count) {
        bool live_ended = i == live->property_count, disk_ended = j == disk->property_count;
        const struct diff_property *a =
            live_ended ? NULL : &walk->live.properties[live->property_first + i];
        const struct diff_property *b =
            disk_ended ? NULL : &walk->disk.properties[disk->property_first + j];
        int order = order_of(live_ended, disk_ended, live_ended ? NULL : a->name,
                             disk_ended ? NULL : b->name);
        property_compare(walk, path, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
        i += order <= 0;
        j += order >= 0;
    }
}

/* A node that is in one tree only, with all below it. */
static void node_print(struct walk *walk, const struct diff_index *index, size_t node,
                       enum diff_change change)
{
    char *path = diff_path(index, node);
    struct diff_verdict verdict = diff_judge(path, NULL, change);
    payload_line("%s: %s: the node is only %s: %s", word(walk, verdict.matters), path,
                 change == DIFF_ADDED ? "in the live tree" : "in the tree on disk", verdict.reason);
    free(path);
}

static void nodes_compare(struct walk *walk, size_t live_node, size_t disk_node)
{
    const struct diff_node *live = &walk->live.nodes[live_node];
    const struct diff_node *disk = &walk->disk.nodes[disk_node];
    char *path = diff_path(&walk->live, live_node);
    properties_compare(walk, path, live_node, disk_node);
    free(path);
    size_t i = 0, j = 0;
    while (i < live->child_count || j < disk->child_count) {
        bool live_ended = i == live->child_count, disk_ended = j == disk->child_count;
        size_t a = live_ended ? NODE_NONE : walk->live.children[live->child_first + i];
        size_t b = disk_ended ? NODE_NONE : walk->disk.children[disk->child_first + j];
        int order = order_of(live_ended, disk_ended, live_ended ? NULL : walk->live.nodes[a].name,
                             disk_ended ? NULL : walk->disk.nodes[b].name);
        if (order == 0) {
            nodes_compare(walk, a, b);
        } else if (order < 0) {
            node_print(walk, &walk->live, a, DIFF_ADDED);
        } else {
            node_print(walk, &walk->disk, b, DIFF_REMOVED);
        }
        i += order <= 0;
        j += order >= 0;
    }
}

static bool reserves(const void *fdt, uint64_t address, uint64_t size)
{
    int count = fdt_num_mem_rsv(fdt);
    for (int i = 0; i < count; i++) {
        uint64_t other_address, other_size;
        if (fdt_get_mem_rsv(fdt, i, &other_address, &other_size) == 0 && other_address == address &&
            other_size == size) {
            return true;
        }
    }
    return false;
}

/* Names the memory reservations of one tree that the other does not have. */
static void reservations_print(struct walk *walk, const void *fdt, const void *other,
                               const char *where)
{
    int count = fdt_num_mem_rsv(fdt);
    for (int i = 0; i < count; i++) {
        uint64_t address, size;
        if (fdt_get_mem_rsv(fdt, i, &address, &size) == 0 && !reserves(other, address, size)) {
            payload_line("%s: memory reservation 0x%llx, 0x%llx bytes: only %s: memory that "
                         "firmware uses, which has to be kept clear",
                         word(walk, true), (unsigned long long)address, (unsigned long long)size,
                         where);
        }
    }
}

static void reservations_compare(struct walk *walk, const struct payload_tree *live,
                                 const struct payload_tree *disk)
{
    if (live->live || disk->live) {
        payload_line("note: memory reservations were not compared: a directory does not show them; "
                     "/sys/firmware/fdt does");
        return;
    }
    reservations_print(walk, live->fdt.bytes, disk->fdt.bytes, "in the live tree");
    reservations_print(walk, disk->fdt.bytes, live->fdt.bytes, "in the tree on disk");
}

size_t payload_diff(const struct payload_tree *live, const struct payload_tree *disk)
{
    struct walk walk = {0};
    diff_index_build(&walk.live, live->fdt.bytes);
    diff_index_build(&walk.disk, disk->fdt.bytes);
    reservations_compare(&walk, live, disk);
    nodes_compare(&walk, 0, 0);
    if (walk.renumbered_count > 0) {
        payload_line("harmless: phandles: %zu nodes and properties have other numbers for the same "
                     "nodes: numbers mean nothing by themselves",
                     walk.renumbered_count);
        walk.harmless_count++;
    }
    if (walk.matter_count + walk.harmless_count == 0) {
        payload_line("the trees say the same");
    } else {
        payload_line("%zu difference%s to a guest, %zu %s not", walk.matter_count,
                     walk.matter_count == 1 ? " matters" : "s matter", walk.harmless_count,
                     walk.harmless_count == 1 ? "does" : "do");
    }
    diff_index_free(&walk.live);
    diff_index_free(&walk.disk);
    return walk.matter_count;
}
