/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is worked out of tree and description before the rules: who is granted what, which nodes a
 * guest's tree enables, which node raises which interrupt.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

#define PAGE     UINT64_C(0x1000)
#define LINE_MAX 0x100000 /* interrupts of a tree that are looked at */

static int compare_lines(const void *left, const void *right)
{
    const struct check_line *a = left, *b = right;
    return a->intid != b->intid ? (a->intid > b->intid) - (a->intid < b->intid)
                                : (a->node > b->node) - (a->node < b->node);
}

static void find_lines(struct check *check)
{
    for (size_t node = 0; node < check->tree->node_count; node++) {
        struct devirqs irqs;
        devnode_irqs(check->tree, node, &irqs);
        for (size_t i = 0; i < irqs.count && check->line_count < LINE_MAX; i++) {
            const struct devirq *irq = &irqs.entries[i];
            if (irq->is_gic && irq->problem == NULL) {
                check->lines = alloc_grow(check->lines, check->line_count, &check->line_capacity,
                                          sizeof(*check->lines));
                check->lines[check->line_count++] =
                    (struct check_line){.intid = irq->intid, .node = node, .trigger = irq->trigger};
            }
        }
        free(irqs.entries);
    }
    if (check->line_count > 0) {
        qsort(check->lines, check->line_count, sizeof(*check->lines), compare_lines);
    }
}

static void find_nodes(struct check *check)
{
    size_t count = 0;
    check->classes = alloc_array(check->tree->node_count, sizeof(*check->classes));
    for (size_t node = 0; node < check->tree->node_count; node++) {
        check->classes[node] = devclass_of(check->tree, node);
        count += check->tree->nodes[node].reg_count;
    }
    check->nodes = alloc_array(count, sizeof(*check->nodes));
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        for (size_t i = 0; i < self->reg_count; i++) {
            check->nodes[check->node_range_count++] = check_pages(&self->regs[i]);
        }
    }
    range_merge(check->nodes, &check->node_range_count);
}

/* Of a region that there is not, a VM is taken to have meant the page that it maps: the rule on
 * regions has spoken, and all that depends on it should not. */
static bool undefined_range(const struct check *check, const struct check_map *map,
                            struct range *range)
{
    *range = (struct range){.base = map->vaddr.value & ~(PAGE - 1), .size = PAGE};
    return map->region == INDEX_NONE && map->in_vm && map->vaddr.known &&
           range_is_physical(range) && !board_memory_touches(check->board, range->base, PAGE);
}

static void find_devices(struct check *check, size_t party)
{
    struct check_grant *grant = &check->grants[party];
    const struct check_model *model = check->model;
    grant->devices = alloc_array(model->map_count, sizeof(*grant->devices));
    for (size_t i = 0; i < model->map_count; i++) {
        struct range range;
        if (model->maps[i].party == party && (check_device_range(check, &model->maps[i], &range) ||
                                              undefined_range(check, &model->maps[i], &range))) {
            grant->devices[grant->device_count++] = range;
        }
    }
    range_merge(grant->devices, &grant->device_count);
    for (size_t i = 0; i < model->irq_count; i++) {
        const struct check_irq *irq = &model->irqs[i];
        if (irq->party == party && irq->number.known && irq->number.value < GIC_LINES_MAX) {
            grant->is_given[irq->number.value] = true;
        }
    }
}

/* A tree's nodes by their paths. */
struct by_path {
    const char *path;
    size_t node;
};

static int compare_paths(const void *left, const void *right)
{
    return strcmp(((const struct by_path *)left)->path, ((const struct by_path *)right)->path);
}

/* Finds the nodes of the board's tree in the guest's. */
static void find_guest_nodes(struct check *check, struct check_grant *grant)
{
    const struct devtree *guest = grant->guest;
    struct by_path *paths = alloc_array(guest->node_count, sizeof(*paths));
    for (size_t i = 0; i < guest->node_count; i++) {
        paths[i] = (struct by_path){.path = guest->nodes[i].path, .node = i};
    }
    qsort(paths, guest->node_count, sizeof(*paths), compare_paths);
    for (size_t i = 0; i < check->tree->node_count; i++) {
        const struct by_path wanted = {.path = check->tree->nodes[i].path};
        const struct by_path *found =
            bsearch(&wanted, paths, guest->node_count, sizeof(*paths), compare_paths);
        grant->guest_nodes[i] = found == NULL ? NODE_NONE : found->node;
    }
    free(paths);
}

static const struct devtree *guest_of(const struct check_input *input,
                                      const struct check_party *party)
{
    const struct devtree *tree = NULL;
    for (size_t i = 0; party->has_vm && i < input->guest_count; i++) {
        const struct check_guest *guest = &input->guests[i];
        if (guest->vm_name == NULL) {
            tree = tree == NULL ? guest->tree : tree;
        } else if (strcmp(guest->vm_name, party->vm_name) == 0) {
            tree = guest->tree;
        }
    }
    return tree;
}

static void find_wanted(struct check *check, size_t party)
{
    struct check_grant *grant = &check->grants[party];
    size_t count = check->tree->node_count;
    grant->guest = guest_of(check->input, &check->model->parties[party]);
    grant->is_wanted = alloc_array(count, sizeof(*grant->is_wanted));
    grant->guest_nodes = alloc_array(count, sizeof(*grant->guest_nodes));
    if (grant->guest != NULL) {
        find_guest_nodes(check, grant);
    }
    for (size_t i = 0; i < count; i++) {
        size_t node = grant->guest == NULL ? NODE_NONE : grant->guest_nodes[i];
        grant->is_wanted[i] = grant->guest == NULL
                                  ? check->tree->nodes[i].is_enabled
                                  : node != NODE_NONE && grant->guest->nodes[node].is_enabled;
        const struct devnode *self = &check->tree->nodes[i];
        grant->expects = grant->expects || (check->model->parties[party].has_vm &&
                                            check->classes[i].keeper == KEEPER_NONE &&
                                            !self->is_bus && check_has_some(check, party, i));
    }
}

void check_grants_make(struct check *check)
{
    find_lines(check);
    find_nodes(check);
    check->grants = alloc_array(check->model->party_count, sizeof(*check->grants));
    for (size_t party = 0; party < check->model->party_count; party++) {
        find_devices(check, party);
        find_wanted(check, party);
    }
}

void check_grants_free(struct check *check)
{
    for (size_t party = 0; check->grants != NULL && party < check->model->party_count; party++) {
        free(check->grants[party].devices);
        free(check->grants[party].is_wanted);
        free(check->grants[party].guest_nodes);
    }
    free(check->grants);
    free(check->lines);
    free(check->classes);
    free(check->nodes);
}
