/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * References that a guest cannot follow, because what they name is another's or stays as the boot
 * loader left it (--freeze). A clock that runs is a clock of a fixed rate; a reset that is
 * released, a domain that is on and pins that are set need no driver. Entries of a list keep their
 * places, because other properties count them: a phandle of 0 is an entry that is not there.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_edit.h"

/* Properties that go along with a list that is dropped. */
static const struct {
    const char *list;
    const char *companion;
} companions[] = {
    {"clocks", "clock-names"},
    {"resets", "reset-names"},
    {"phys", "phy-names"},
    {"dmas", "dma-names"},
    {"power-domains", "power-domain-names"},
    {"mboxes", "mbox-names"},
    {"interconnects", "interconnect-names"},
    {"nvmem-cells", "nvmem-cell-names"},
    {"memory-region", "memory-region-names"},
    {"qcom,smem-states", "qcom,smem-state-names"},
    {"msi-map", "msi-map-mask"},
    {"interrupts", "interrupt-names"},
    {"interrupts-extended", "interrupt-names"},
    {"assigned-clocks", "assigned-clock-rates"},
    {"assigned-clocks", "assigned-clock-parents"},
};

static bool is_dropped(const struct composed_vm *composed, size_t node, const struct devref *ref)
{
    for (size_t i = 0; i < composed->dropped_count; i++) {
        const struct dropped_ref *dropped = &composed->dropped[i];
        if (dropped->node == node && dropped->target == ref->target &&
            strcmp(dropped->property, ref->property) == 0) {
            return true;
        }
    }
    return false;
}

/* The rate of the clock in Hz, from the board's facts; 0, reported, if they do not say it. */
static uint32_t clock_rate(struct edit *edit, size_t node, const struct devref *ref)
{
    const char *provider = edit->compose->devtree->nodes[ref->target].path;
    uint32_t cells[DEVREF_SPECIFIER_MAX];
    char specifier[DEVREF_SPECIFIER_MAX * 12] = "";
    size_t length = 0;
    for (size_t i = 0; i < ref->specifier_cells; i++) {
        cells[i] = fdt32_ld((const fdt32_t *)ref->specifier + i);
        length += (size_t)snprintf(specifier + length, sizeof(specifier) - length, "%s%" PRIu32,
                                   i == 0 ? "" : " ", cells[i]);
    }
    uint32_t rate = board_clock_rate(edit->compose->board, provider, cells, ref->specifier_cells);
    if (rate == 0) {
        compose_error(edit->compose, node,
                      "\"clocks\" names clock \"%s\" of %s, which stays as it is, and nobody says "
                      "its rate; enter it into \"clock_rates\" of the board's facts",
                      specifier, provider);
        edit->is_refused = true;
    }
    return rate;
}

static uint32_t frozen_clock(struct edit *edit, size_t node, const struct devref *ref)
{
    uint32_t rate = clock_rate(edit, node, ref);
    for (size_t i = 0; i < edit->clock_count; i++) {
        if (edit->clocks[i].rate == rate) {
            return edit->clocks[i].phandle;
        }
    }
    edit->clocks =
        alloc_grow(edit->clocks, edit->clock_count, &edit->clock_capacity, sizeof(*edit->clocks));
    struct frozen_clock *clock = &edit->clocks[edit->clock_count++];
    *clock = (struct frozen_clock){.phandle = edit->next_phandle++, .rate = rate};
    snprintf(clock->name, sizeof(clock->name), "clock-frozen-%" PRIu32, rate);
    return clock->phandle;
}

/* What is left of a property's references, in cells of the guest's tree. */
struct list {
    uint8_t *cells;
    size_t count;
    bool has_any; /* an entry that leads somewhere */
    bool has_dropped;
};

static void list_put(struct list *list, uint32_t cell)
{
    edit_put_cells(&list->cells[4 * list->count++], cell, 1);
}

static void list_add(struct edit *edit, size_t node, const struct devref *ref, struct list *list)
{
    const struct composed_vm *composed = &edit->compose->vms[edit->vm];
    if (is_dropped(composed, node, ref)) {
        bool is_clock = composed->is_frozen[ref->target] && strcmp(ref->property, "clocks") == 0;
        list->has_dropped = true;
        list->has_any |= is_clock;
        list_put(list, is_clock ? frozen_clock(edit, node, ref) : 0);
        return;
    }
    list->has_any = true;
    list_put(list, edit->compose->devtree->nodes[ref->target].phandle);
    for (size_t i = 0; i < ref->specifier_cells; i++) {
        list_put(list, fdt32_ld((const fdt32_t *)ref->specifier + i));
    }
}

static void drop_list(struct edit *edit, size_t node, const char *property)
{
    edit_delete_property(edit, node, property);
    for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++) {
        if (strcmp(property, companions[i].list) == 0) {
            edit_delete_property(edit, node, companions[i].companion);
        }
    }
    /* Of several states of the pins none is of use alone. */
    for (int i = 0; strncmp(property, "pinctrl-", 8) == 0 && i < 10; i++) {
        char name[16];
        snprintf(name, sizeof(name), "pinctrl-%d", i);
        edit_delete_property(edit, node, name);
        edit_delete_property(edit, node, "pinctrl-names");
    }
}

/* Whether the entries of the list may be left out one by one. */
static bool keeps_places(const char *property)
{
    return strncmp(property, "assigned-clock", 14) != 0 && strncmp(property, "pinctrl-", 8) != 0 &&
           strcmp(property, "msi-map") != 0;
}

/* Edits the property of entries [first, end) of `refs`. */
static void edit_list(struct edit *edit, size_t node, const struct devrefs *refs, size_t first,
                      size_t end)
{
    const char *property = refs->entries[first].property;
    size_t cells = refs->entries[end - 1].index + 1;
    for (size_t i = first; i < end; i++) {
        cells += refs->entries[i].specifier_cells;
    }
    struct list list = {.cells = alloc_array(cells, 4)};
    for (size_t i = first, index = 0; i < end; i++, index++) {
        for (; index < refs->entries[i].index; index++) {
            list_put(&list, 0); /* left out in the board's tree already */
        }
        list_add(edit, node, &refs->entries[i], &list);
    }
    if (list.has_dropped && (!list.has_any || !keeps_places(property))) {
        drop_list(edit, node, property);
    } else if (list.has_dropped) {
        edit_set(edit, node, property, list.cells, 4 * list.count);
    }
    free(list.cells);
}

/* Whether all interrupts of the node are the GIC's, some handed on by a controller beside it; then
 * `*gic` is that. */
static bool goes_around(const struct devtree *devtree, size_t node, size_t *gic)
{
    struct devirqs irqs;
    bool has_relay = false, are_all = true;
    devnode_irqs(devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        has_relay = has_relay || irq->through != NODE_NONE;
        are_all = are_all && irq->is_gic && irq->problem == NULL;
        *gic = irq->controller;
    }
    free(irqs.entries);
    return has_relay && are_all && devtree->nodes[*gic].phandle != 0;
}

/* The node's interrupts come from a controller that the guest has not: its driver polls. What such
 * a controller only hands on, the guest gets from the GIC itself. */
static void edit_interrupts(struct edit *edit, size_t node)
{
    const struct composed_vm *composed = &edit->compose->vms[edit->vm];
    const struct devtree *devtree = edit->compose->devtree;
    for (size_t i = 0; i < composed->dropped_count; i++) {
        const char *property = composed->dropped[i].property;
        size_t gic;
        if (composed->dropped[i].node != node) {
            continue;
        }
        if (strcmp(property, "interrupts") == 0 && goes_around(devtree, node, &gic)) {
            uint8_t cell[4];
            edit_put_cells(cell, devtree->nodes[gic].phandle, 1);
            edit_set(edit, node, "interrupt-parent", cell, sizeof(cell));
        } else if (strcmp(property, "interrupts") == 0 ||
                   strcmp(property, "interrupts-extended") == 0) {
            drop_list(edit, node, property);
        }
    }
}

void edit_dropped(struct edit *edit, size_t node)
{
    struct devrefs refs;
    devnode_refs(edit->compose->devtree, node, &refs);
    for (size_t first = 0, end; first < refs.count; first = end) {
        bool is_sound = true;
        for (end = first; end < refs.count &&
                          strcmp(refs.entries[end].property, refs.entries[first].property) == 0;
             end++) {
            is_sound = is_sound && refs.entries[end].problem == NULL;
        }
        if (is_sound) {
            edit_list(edit, node, &refs, first, end);
        } else {
            drop_list(edit, node, refs.entries[first].property);
        }
    }
    free(refs.entries);
    edit_interrupts(edit, node);
}

void edit_add_clocks(struct edit *edit)
{
    for (size_t i = 0; i < edit->clock_count; i++) {
        const struct frozen_clock *clock = &edit->clocks[i];
        int node = edit_add_node(edit, 0, clock->name);
        edit_add(edit, node, "compatible", "fixed-clock", sizeof("fixed-clock"));
        edit_add_cell(edit, node, "#clock-cells", 0);
        edit_add_cell(edit, node, "clock-frequency", clock->rate);
        edit_add_cell(edit, node, "phandle", clock->phandle);
    }
}
