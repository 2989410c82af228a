/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the rules of `drover check` ask of tree and description.
 */
#include "check.h"

#define PAGE UINT64_C(0x1000)

struct range check_pages(const struct range *range)
{
    uint64_t base = range->base & ~(PAGE - 1);
    uint64_t end = (range->base + range->size + PAGE - 1) & ~(PAGE - 1);
    return (struct range){.base = base, .size = end - base};
}

bool check_device_range(const struct check *check, const struct check_map *map, struct range *range)
{
    if (map->region == INDEX_NONE) {
        return false;
    }
    const struct check_region *region = &check->model->regions[map->region];
    *range = (struct range){.base = region->phys_addr.value, .size = region->size.value};
    return region->phys_addr.known && region->size.known && range->size != 0 &&
           range_is_physical(range) &&
           !board_memory_touches(check->board, range->base, range->size);
}

bool check_ram_range(const struct check *check, const struct check_map *map, struct range *range,
                     bool *is_fixed)
{
    if (map->region == INDEX_NONE) {
        return false;
    }
    const struct check_region *region = &check->model->regions[map->region];
    *is_fixed = region->phys_addr.given;
    *range =
        (struct range){.base = *is_fixed ? region->phys_addr.value : 0, .size = region->size.value};
    if (!region->size.known || range->size == 0 || !range_is_physical(range)) {
        return false;
    }
    return !*is_fixed || (region->phys_addr.known &&
                          board_memory_touches(check->board, range->base, range->size));
}

/* The first of the sorted ranges that ends behind `pa`. */
static size_t first_behind(const struct range *ranges, size_t count, uint64_t pa)
{
    size_t first = 0, last = count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (ranges[middle].base + ranges[middle].size <= pa) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

bool check_covers(const struct range *ranges, size_t count, const struct range *wanted)
{
    size_t at = first_behind(ranges, count, wanted->base);
    return at < count && ranges[at].base <= wanted->base &&
           wanted->base + wanted->size <= ranges[at].base + ranges[at].size;
}

bool check_touches(const struct range *ranges, size_t count, const struct range *wanted)
{
    size_t at = first_behind(ranges, count, wanted->base);
    return at < count && ranges[at].base < wanted->base + wanted->size;
}

bool check_has_some(const struct check *check, size_t party, size_t node)
{
    const struct check_grant *grant = &check->grants[party];
    const struct devnode *self = &check->tree->nodes[node];
    for (size_t i = 0; i < self->reg_count; i++) {
        if (check_touches(grant->devices, grant->device_count, &self->regs[i])) {
            return true;
        }
    }
    return false;
}

bool check_has_all(const struct check *check, size_t party, size_t node)
{
    const struct check_grant *grant = &check->grants[party];
    const struct devnode *self = &check->tree->nodes[node];
    for (size_t i = 0; i < self->reg_count; i++) {
        if (!check_covers(grant->devices, grant->device_count, &self->regs[i])) {
            return false;
        }
    }
    return true;
}

const struct check_line *check_lines(const struct check *check, uint32_t intid, size_t *count)
{
    size_t first = 0, last = check->line_count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (check->lines[middle].intid < intid) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    for (last = first; last < check->line_count && check->lines[last].intid == intid; last++) {
    }
    *count = last - first;
    return *count == 0 ? NULL : &check->lines[first];
}

size_t check_device_of(const struct check *check, size_t node)
{
    while (node != NODE_NONE && !devclass_is_device(check->tree, node)) {
        node = check->tree->nodes[node].is_bus ? NODE_NONE : check->tree->nodes[node].parent;
    }
    return node;
}

const struct check_map *check_map_of(const struct check *check, size_t party, size_t node)
{
    const struct devnode *self = &check->tree->nodes[node];
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        if (map->party != party || !check_device_range(check, map, &range)) {
            continue;
        }
        for (size_t reg = 0; reg < self->reg_count; reg++) {
            if (range_overlaps(&range, self->regs[reg].base, self->regs[reg].size)) {
                return map;
            }
        }
    }
    return NULL;
}

const struct source *check_party_source(const struct check *check, size_t party)
{
    const struct check_party *self = &check->model->parties[party];
    return self->has_vm ? &self->vm_source : &self->source;
}

const char *check_tree_name(const struct check *check, size_t party)
{
    return check->grants[party].guest == NULL ? "the board's tree" : "the guest's tree";
}
