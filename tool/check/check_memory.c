/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on RAM: what a guest believes it has, and where its devices find it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"

static bool is_memory(const struct devtree *tree, size_t node)
{
    const char *type = devnode_string(tree, node, "device_type");
    return type != NULL && strcmp(type, "memory") == 0 && tree->nodes[node].is_enabled;
}

/* The RAM that a party's VM maps, by GPA; false if it cannot be told. */
static bool ram_of(const struct check *check, size_t party, struct range *ram, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        bool is_fixed;
        if (map->party != party || !map->in_vm || check_device_range(check, map, &range)) {
            continue;
        }
        if (!check_ram_range(check, map, &range, &is_fixed) || !map->vaddr.known) {
            return false;
        }
        range.base = map->vaddr.value;
        if (!range_is_physical(&range)) {
            return false;
        }
        ram[(*count)++] = range;
    }
    range_merge(ram, count);
    return true;
}

/* A guest with a tree of its own takes for RAM what that says. */
static void guest_memory(struct check *check, size_t party, struct check_finding *finding)
{
    const struct devtree *tree = check->grants[party].guest;
    struct range *ram = alloc_array(check->model->map_count, sizeof(*ram));
    size_t count;
    bool is_told = ram_of(check, party, ram, &count);
    for (size_t node = 0; is_told && node < tree->node_count; node++) {
        const struct devnode *self = &tree->nodes[node];
        for (size_t i = 0; is_memory(tree, node) && i < self->reg_count; i++) {
            if (!check_covers(ram, count, &self->regs[i])) {
                check_item_add(finding, check_party_source(check, party), self->path,
                               "0x%" PRIx64 " + 0x%" PRIx64 " is not all mapped as RAM",
                               self->regs[i].base, self->regs[i].size);
            }
        }
    }
    free(ram);
}

/* A guest with the board's own tree takes for RAM what that says, which may not even be what the
 * board has: its boot loader would have corrected it. */
static void board_memory(struct check *check, size_t party, struct check_finding *finding)
{
    const struct devtree *tree = check->tree;
    const struct board *board = check->board;
    for (size_t node = 0; node < tree->node_count; node++) {
        const struct devnode *self = &tree->nodes[node];
        for (size_t i = 0; is_memory(tree, node) && i < self->reg_count; i++) {
            const struct range *said = &self->regs[i];
            const struct range *has = board_memory_find(board, said->base, said->size);
            if (has == NULL || has->base != said->base || has->size != said->size) {
                check_item_add(finding, check_party_source(check, party), self->path,
                               "0x%" PRIx64 " + 0x%" PRIx64 ", of a board that has 0x%" PRIx64
                               " + 0x%" PRIx64,
                               said->base, said->size, has == NULL ? 0 : has->base,
                               has == NULL ? 0 : has->size);
            }
        }
    }
}

static void memory_node(struct check *check, size_t party)
{
    struct check_finding finding = {0};
    if (check->grants[party].guest != NULL) {
        guest_memory(check, party, &finding);
        check_finding_add(&check->findings, &finding, CHECK_MEMORY_NODE,
                          "the tree gives %.64s memory that it has not",
                          check_party_name(&check->model->parties[party]));
    } else {
        board_memory(check, party, &finding);
        check_finding_add(&check->findings, &finding, CHECK_MEMORY_NODE,
                          "the tree's memory is not the board's, and %.64s has no tree of its own",
                          check_party_name(&check->model->parties[party]));
    }
}

/* The first device of the party that does DMA, or NODE_NONE. */
static size_t master_of(const struct check *check, size_t party)
{
    const struct check_grant *grant = &check->grants[party];
    for (size_t node = 0; node < check->tree->node_count; node++) {
        if (check->classes[node].master == MASTER_YES && grant->is_wanted[node] &&
            check->classes[node].keeper == KEEPER_NONE &&
            check_touches(grant->devices, grant->device_count, &check->tree->nodes[node].regs[0])) {
            return node;
        }
    }
    return NODE_NONE;
}

/* Whether the guest takes what a map shows it for its RAM: what its own tree says is memory, else
 * the largest that it has. Buffers that it shares with others are not what its devices are told. */
static bool is_guest_ram(const struct check *check, const struct check_map *map,
                         const struct range *range)
{
    const struct devtree *tree = check->grants[map->party].guest;
    for (size_t node = 0; tree != NULL && node < tree->node_count; node++) {
        for (size_t i = 0; is_memory(tree, node) && i < tree->nodes[node].reg_count; i++) {
            if (range_overlaps(&tree->nodes[node].regs[i], map->vaddr.value, range->size)) {
                return true;
            }
        }
    }
    for (size_t i = 0; tree == NULL && i < check->model->map_count; i++) {
        const struct check_map *other = &check->model->maps[i];
        struct range ram;
        bool is_fixed;
        if (other->party == map->party && other->in_vm &&
            check_ram_range(check, other, &ram, &is_fixed) && ram.size > range->size) {
            return false;
        }
    }
    return tree == NULL;
}

static void ram_moved(struct check *check, size_t party)
{
    struct check_finding finding = {0};
    size_t master = master_of(check, party);
    for (size_t i = 0; master != NODE_NONE && i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        bool is_fixed;
        if (map->party != party || !map->in_vm || !map->vaddr.known ||
            !check_ram_range(check, map, &range, &is_fixed) || !is_guest_ram(check, map, &range)) {
            continue;
        }
        if (!is_fixed) {
            check_item_add(&finding, &map->source, NULL, "\"%.64s\" has no phys_addr",
                           map->region_name);
        } else if (range.base != map->vaddr.value) {
            check_item_add(&finding, &map->source, NULL,
                           "\"%.64s\" is at PA 0x%" PRIx64 " and at GPA 0x%" PRIx64,
                           map->region_name, range.base, map->vaddr.value);
        }
    }
    if (finding.item_count != 0) {
        check_finding_add(&check->findings, &finding, CHECK_RAM_MOVED,
                          "RAM of %.64s is not mapped 1:1, and its device %.256s does DMA",
                          check_party_name(&check->model->parties[party]),
                          check->tree->nodes[master].path);
    }
}

void check_memory(struct check *check)
{
    for (size_t party = 0; party < check->model->party_count; party++) {
        if (check->grants[party].expects) {
            memory_node(check, party);
            ram_moved(check, party);
        }
    }
}
