/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on each memory region: whether what it names is there to be had.
 */
#include <inttypes.h>

#include "check.h"

#define PAGE UINT64_C(0x1000)

/* What is wrong with a number that should be whole pages. */
static void check_pages_of(struct check_finding *finding, const struct source *source,
                           const char *what, const char *name, const struct check_number *number,
                           uint64_t page)
{
    if (number->known && number->value % page != 0) {
        check_item_add(finding, source, NULL,
                       "%s of \"%.64s\": 0x%" PRIx64 " is not a multiple of "
                       "0x%" PRIx64,
                       what, name, number->value, page);
    }
}

static void alignment(struct check *check)
{
    const struct check_model *model = check->model;
    struct check_finding finding = {0};
    for (size_t i = 0; i < model->region_count; i++) {
        const struct check_region *region = &model->regions[i];
        bool sized = region->page_size.known && region->page_size.value >= PAGE;
        uint64_t page = sized ? region->page_size.value : PAGE;
        check_pages_of(&finding, &region->source, "phys_addr", region->name, &region->phys_addr,
                       page);
        check_pages_of(&finding, &region->source, "size", region->name, &region->size, page);
        const struct range range = {.base = region->phys_addr.value, .size = region->size.value};
        if (region->phys_addr.known && region->size.known && !range_is_physical(&range)) {
            check_item_add(&finding, &region->source, NULL,
                           "\"%.64s\": 0x%" PRIx64 " + 0x%" PRIx64 " ends beyond 40 bits of PA",
                           region->name, range.base, range.size);
        }
    }
    for (size_t i = 0; i < model->map_count; i++) {
        check_pages_of(&finding, &model->maps[i].source, "vaddr", model->maps[i].region_name,
                       &model->maps[i].vaddr, PAGE);
    }
    check_finding_add(&check->findings, &finding, CHECK_ALIGNMENT,
                      "a region or a map is not made of whole pages that there can be");
}

/* The first map of each device region, which stands for the region. */
static bool is_first_map(const struct check_model *model, size_t map)
{
    for (size_t i = 0; i < map; i++) {
        if (model->maps[i].region == model->maps[map].region) {
            return false;
        }
    }
    return true;
}

/* The parts of a region in which no node has registers. */
static void add_gaps(const struct check *check, struct check_finding *finding,
                     const struct check_region *region, struct range left)
{
    left = check_pages(&left);
    for (size_t i = 0; i <= check->node_range_count && left.size != 0; i++) {
        uint64_t end = left.base + left.size, node = end, node_end = end;
        if (i < check->node_range_count) {
            node = check->nodes[i].base;
            node_end = node + check->nodes[i].size;
        }
        if (node_end <= left.base) {
            continue;
        }
        uint64_t gap_end = node < end ? node : end;
        if (gap_end > left.base) {
            check_item_add(finding, &region->source, NULL, "\"%.64s\": 0x%" PRIx64 " + 0x%" PRIx64,
                           region->name, left.base, gap_end - left.base);
        }
        uint64_t next = node_end < end ? node_end : end;
        left = (struct range){.base = next, .size = end - next};
    }
}

static void no_node(struct check *check)
{
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->map_count; i++) {
        struct range range;
        if (check_device_range(check, &check->model->maps[i], &range) &&
            is_first_map(check->model, i)) {
            add_gaps(check, &finding, &check->model->regions[check->model->maps[i].region], range);
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_NO_NODE,
                      "a part of a granted region matches no node of the tree");
}

/* Whether a VM may have that register block of a kept node: the GIC's virtual CPU interface. */
static bool is_window(const struct check *check, size_t node, size_t reg)
{
    return devnode_is_gic(check->tree, node) && check->board->gic_version == 2 && reg == 3;
}

static void kept(struct check *check)
{
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        if (!check_device_range(check, map, &range)) {
            continue;
        }
        for (size_t node = 0; node < check->tree->node_count; node++) {
            const struct devnode *self = &check->tree->nodes[node];
            enum keeper keeper = check->classes[node].keeper;
            for (size_t reg = 0;
                 (keeper == KEEPER_KERNEL || keeper == KEEPER_CPU) && reg < self->reg_count;
                 reg++) {
                if (range_overlaps(&range, self->regs[reg].base, self->regs[reg].size) &&
                    !(map->in_vm && is_window(check, node, reg))) {
                    check_item_add(&finding, &map->source, self->path,
                                   "0x%" PRIx64 " + 0x%" PRIx64 " in \"%.64s\"",
                                   self->regs[reg].base, self->regs[reg].size, map->region_name);
                }
            }
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_KEPT,
                      "what the kernel needs for itself is granted");
}

static void reserved(struct check *check)
{
    const struct board *board = check->board;
    struct check_finding finding = {0};
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        bool is_fixed;
        if (!check_ram_range(check, map, &range, &is_fixed) || !is_fixed ||
            !is_first_map(check->model, i)) {
            continue;
        }
        const struct check_region *region = &check->model->regions[map->region];
        for (size_t j = 0; j < board->reserved_count; j++) {
            if (range_overlaps(&range, board->reserved[j].base, board->reserved[j].size)) {
                check_item_add(&finding, &region->source, NULL,
                               "\"%.64s\": 0x%" PRIx64 " + 0x%" PRIx64 " is the firmware's",
                               region->name, board->reserved[j].base, board->reserved[j].size);
            }
        }
        if (board_memory_find(board, range.base, range.size) == NULL) {
            check_item_add(&finding, &region->source, NULL,
                           "\"%.64s\": 0x%" PRIx64 " + 0x%" PRIx64 " goes beyond the board's RAM",
                           region->name, range.base, range.size);
        }
    }
    check_finding_add(&check->findings, &finding, CHECK_RESERVED,
                      "a region takes memory that is not free RAM");
}

void check_regions(struct check *check)
{
    alignment(check);
    no_node(check);
    kept(check);
    reserved(check);
}
