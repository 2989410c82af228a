/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules on the window through which a guest has the GICv2's CPU interface: its virtual one, mapped
 * where the guest looks for the physical one (IHI 0048B, 5.1).
 */
#include <inttypes.h>

#include "check.h"

#define GICC_REG 1 /* register blocks of a GICv2 node with virtualisation (arm,gic.yaml) */
#define GICV_REG 3

static size_t gic_find(const struct check *check)
{
    for (size_t node = 0; node < check->tree->node_count; node++) {
        if (devnode_is_gic(check->tree, node) && check->tree->nodes[node].is_enabled &&
            check->tree->nodes[node].reg_count > GICV_REG) {
            return node;
        }
    }
    return NODE_NONE;
}

/* Where the party's guest looks for the CPU interface, and how large it takes it to be. */
static struct range expected(const struct check *check, size_t party, size_t gic)
{
    const struct check_grant *grant = &check->grants[party];
    struct range window = {.base = check->tree->nodes[gic].regs[GICC_REG].base,
                           .size = check->tree->nodes[gic].regs[GICV_REG].size};
    if (grant->guest != NULL && grant->guest_nodes[gic] != NODE_NONE) {
        const struct devnode *guest = &grant->guest->nodes[grant->guest_nodes[gic]];
        if (guest->reg_count > GICC_REG) {
            window = guest->regs[GICC_REG];
        }
    }
    return window;
}

struct window_rules {
    struct check_finding small, missing;
};

static void take_window(struct check *check, struct window_rules *rules,
                        const struct check_map *map, const struct range *range, size_t gic)
{
    const struct range *gicv = &check->tree->nodes[gic].regs[GICV_REG];
    struct range window = expected(check, map->party, gic);
    const char *path = check->tree->nodes[gic].path;
    if (map->vaddr.known && map->vaddr.value + (gicv->base - range->base) != window.base) {
        check_item_add(&rules->missing, &map->source, path,
                       "\"%.64s\" is mapped at GPA 0x%" PRIx64 "; the guest looks at 0x%" PRIx64,
                       map->region_name, map->vaddr.value, window.base);
    } else if (range->base + range->size - gicv->base < window.size) {
        check_item_add(&rules->small, &check->model->regions[map->region].source, path,
                       "\"%.64s\" has 0x%" PRIx64 " bytes; the tree says 0x%" PRIx64,
                       map->region_name, range->size, window.size);
    }
}

/* Whether it can be told what the party's VM maps. */
static bool is_told(const struct check *check, size_t party)
{
    for (size_t i = 0; i < check->model->map_count; i++) {
        const struct check_map *map = &check->model->maps[i];
        if (map->party != party || !map->in_vm || map->region == INDEX_NONE) {
            continue;
        }
        const struct check_region *region = &check->model->regions[map->region];
        if (region->phys_addr.given && !(region->phys_addr.known && region->size.known)) {
            return false;
        }
    }
    return true;
}

void check_gic(struct check *check)
{
    struct window_rules rules = {0};
    size_t gic = check->board->gic_version == 2 ? gic_find(check) : NODE_NONE;
    for (size_t party = 0; gic != NODE_NONE && party < check->model->party_count; party++) {
        const struct range *gicv = &check->tree->nodes[gic].regs[GICV_REG];
        bool has_window = false;
        for (size_t i = 0; i < check->model->map_count; i++) {
            const struct check_map *map = &check->model->maps[i];
            struct range range;
            if (map->party == party && map->in_vm && check_device_range(check, map, &range) &&
                range.base <= gicv->base && gicv->base < range.base + range.size) {
                has_window = true;
                take_window(check, &rules, map, &range, gic);
            }
        }
        if (check->model->parties[party].has_vm && !has_window && is_told(check, party)) {
            check_item_add(&rules.missing, check_party_source(check, party),
                           check->tree->nodes[gic].path,
                           "0x%" PRIx64 " + 0x%" PRIx64 " is not mapped", gicv->base, gicv->size);
        }
    }
    check_finding_add(
        &check->findings, &rules.small, CHECK_GIC_WINDOW,
        "the window to the GIC's virtual CPU interface is smaller than the tree says");
    check_finding_add(&check->findings, &rules.missing, CHECK_GIC_WINDOW_MISSING,
                      "a guest does not find the GIC's virtual CPU interface");
}
