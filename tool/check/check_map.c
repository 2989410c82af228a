/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on the maps of device registers: by whom, where, and how.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"

/* A map of registers, for the sweep over all of them. */
struct device_map {
    struct range range;
    const struct check_map *map;
};

static int compare(const void *left, const void *right)
{
    const struct device_map *a = left, *b = right;
    if (a->range.base != b->range.base) {
        return a->range.base < b->range.base ? -1 : 1;
    }
    return (a->map > b->map) - (a->map < b->map); /* both are of one array */
}

/* Whether the range is within the GIC's window, which every VM may have. */
static bool is_window(const struct check *check, const struct range *range)
{
    const struct range *gicv = &check->board->gicv;
    return check->board->gic_version == 2 && range->base >= gicv->base &&
           range->base + range->size <= gicv->base + gicv->size;
}

/* The device whose registers are in a range; NODE_NONE if there is none. */
static size_t device_in(const struct check *check, const struct range *range)
{
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        for (size_t i = 0; !self->is_bus && i < self->reg_count; i++) {
            if (range_overlaps(range, self->regs[i].base, self->regs[i].size)) {
                return node;
            }
        }
    }
    return NODE_NONE;
}

static void add_shared(const struct check *check, struct check_finding *finding,
                       const struct device_map *first, const struct device_map *second)
{
    uint64_t first_end = first->range.base + first->range.size;
    uint64_t end = second->range.base + second->range.size;
    struct range shared = {.base = second->range.base,
                           .size = (first_end < end ? first_end : end) - second->range.base};
    size_t node = device_in(check, &shared);
    check_item_add(
        finding, &second->map->source, node == NODE_NONE ? NULL : check->tree->nodes[node].path,
        "0x%" PRIx64 " + 0x%" PRIx64 " of %.64s is %.64s's, at line %u", shared.base, shared.size,
        check_party_name(&check->model->parties[second->map->party]),
        check_party_name(&check->model->parties[first->map->party]), first->map->source.line);
}

static void two_owners(struct check *check)
{
    const struct check_model *model = check->model;
    struct check_finding finding = {0};
    struct device_map *maps = alloc_array(model->map_count, sizeof(*maps));
    size_t count = 0;
    for (size_t i = 0; i < model->map_count; i++) {
        maps[count].map = &model->maps[i];
        if (check_device_range(check, &model->maps[i], &maps[count].range) &&
            !(model->maps[i].in_vm && is_window(check, &maps[count].range))) {
            count++;
        }
    }
    qsort(maps, count, sizeof(*maps), compare);
    for (size_t i = 0; i < count; i++) {
        uint64_t end = maps[i].range.base + maps[i].range.size;
        for (size_t j = i + 1; j < count && maps[j].range.base < end; j++) {
            if (maps[j].map->party != maps[i].map->party && finding.item_count < CHECK_ITEM_MAX) {
                add_shared(check, &finding, &maps[i], &maps[j]);
            }
        }
    }
    free(maps);
    check_finding_add(&check->findings, &finding, CHECK_TWO_OWNERS,
                      "registers are granted to two that do not know of each other");
}

/* The first node of the guest that is not where the guest looks for it. */
static bool add_moved(const struct check *check, struct check_finding *finding,
                      const struct check_map *map, const struct range *range)
{
    const struct check_grant *grant = &check->grants[map->party];
    for (size_t node = 0; node < check->tree->node_count; node++) {
        const struct devnode *self = &check->tree->nodes[node];
        bool counts =
            grant->is_wanted[node] && !self->is_bus && check->classes[node].keeper == KEEPER_NONE;
        for (size_t i = 0; counts && i < self->reg_count; i++) {
            uint64_t gpa = map->vaddr.value + (self->regs[i].base - range->base);
            uint64_t expected = self->regs[i].base;
            if (!range_overlaps(range, self->regs[i].base, self->regs[i].size)) {
                continue;
            }
            if (grant->guest != NULL) {
                const struct devnode *guest = &grant->guest->nodes[grant->guest_nodes[node]];
                expected = i < guest->reg_count ? guest->regs[i].base : gpa;
            }
            if (gpa != expected) {
                check_item_add(finding, &map->source, self->path,
                               "at GPA 0x%" PRIx64 "; the guest's tree says 0x%" PRIx64, gpa,
                               expected);
                return true;
            }
        }
    }
    return false;
}

static void places(struct check *check)
{
    struct check_finding moved = {0}, cached = {0};
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        struct range range;
        if (!check_device_range(check, map, &range)) {
            continue;
        }
        if (map->in_vm && map->vaddr.known && !is_window(check, &range)) {
            add_moved(check, &moved, map, &range);
        }
        if (map->cached) {
            check_item_add(&cached, &map->source, NULL, "\"%.64s\"", map->region_name);
        }
    }
    check_finding_add(&check->findings, &moved, CHECK_NOT_ONE_TO_ONE,
                      "a device is not where the guest's tree says");
    check_finding_add(&check->findings, &cached, CHECK_CACHED,
                      "registers are mapped as if they were memory");
}

void check_maps(struct check *check)
{
    two_owners(check);
    places(check);
}
