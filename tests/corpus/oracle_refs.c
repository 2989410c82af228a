/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A second reading of a device tree: interrupts, and what a node does not work without.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define DEPTH_MAX 16

static const fdt32_t *property(const struct oracle *oracle, int node, const char *name, int *count)
{
    int length = 0;
    const fdt32_t *cells = fdt_getprop(oracle->fdt, oracle->nodes[node].offset, name, &length);
    *count = cells == NULL ? 0 : length / 4;
    return cells;
}

static int cell(const struct oracle *oracle, int node, const char *name, int otherwise)
{
    int count;
    const fdt32_t *cells = property(oracle, node, name, &count);
    return count == 1 ? (int)fdt32_ld(cells) : otherwise;
}

static void lines_add(struct lines *lines, uint32_t intid, bool edge)
{
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity == 0 ? 16 : lines->capacity * 2;
        lines->entries = realloc(lines->entries, lines->capacity * sizeof(*lines->entries));
        if (lines->entries == NULL) {
            abort();
        }
    }
    lines->entries[lines->count++] = (struct line){intid, edge};
}

/* Controllers beside the GIC, with its three cells: what they get goes there as well. */
static bool is_beside_gic(const struct oracle *oracle, int controller)
{
    return cell(oracle, controller, "#interrupt-cells", 0) == 3 &&
           (oracle_compatible_has(oracle, (size_t)controller, "-gpc") ||
            oracle_compatible_has(oracle, (size_t)controller, "-r-intc") ||
            oracle_compatible_has(oracle, (size_t)controller, "-ictlr"));
}

static int controller_of(const struct oracle *oracle, int node);

/* Raises a specifier at a controller; `unit` is the raiser's address, for maps. */
static void raise(const struct oracle *oracle, int controller, const fdt32_t *cells, int count,
                  const fdt32_t *unit, int unit_count, int depth, struct lines *lines)
{
    if (controller < 0 || depth > DEPTH_MAX) {
        return;
    }
    if (oracle_is_gic(oracle, (size_t)controller)) {
        uint32_t flags = count >= 3 ? fdt32_ld(&cells[2]) & 15 : 0;
        if (count >= 3 && fdt32_ld(&cells[0]) == 0) {
            lines_add(lines, 32 + fdt32_ld(&cells[1]), flags != 0 && flags < 4);
        }
        return;
    }
    if (is_beside_gic(oracle, controller)) {
        raise(oracle, controller_of(oracle, controller), cells, count, unit, unit_count, depth + 1,
              lines);
        return;
    }
    int length, mask_length;
    const fdt32_t *map = property(oracle, controller, "interrupt-map", &length);
    const fdt32_t *mask = property(oracle, controller, "interrupt-map-mask", &mask_length);
    int addresses = cell(oracle, controller, "#address-cells", 0);
    for (int at = 0; map != NULL && at + addresses + count < length;) {
        int target = oracle_phandle(oracle, fdt32_ld(&map[at + addresses + count]));
        if (target < 0) {
            return;
        }
        int after = at + addresses + count + 1;
        int target_addresses = cell(oracle, target, "#address-cells", 0);
        int target_cells = cell(oracle, target, "#interrupt-cells", 1);
        bool fits = unit_count >= addresses;
        for (int i = 0; fits && i < addresses + count; i++) {
            uint32_t own = fdt32_ld(i < addresses ? &unit[i] : &cells[i - addresses]);
            uint32_t bits = mask_length == addresses + count ? fdt32_ld(&mask[i]) : UINT32_MAX;
            fits = ((own ^ fdt32_ld(&map[at + i])) & bits) == 0;
        }
        if (after + target_addresses + target_cells > length) {
            return;
        }
        if (fits) {
            raise(oracle, target, &map[after + target_addresses], target_cells, &map[after],
                  target_addresses, depth + 1, lines);
            return;
        }
        at = after + target_addresses + target_cells;
    }
}

/* The controller of `interrupts`: up from the node, by phandle where one is named. */
static int controller_of(const struct oracle *oracle, int node)
{
    for (int hop = 0; hop < 64 && node >= 0; hop++) {
        int phandle = cell(oracle, node, "interrupt-parent", 0);
        int count;
        node =
            phandle != 0 ? oracle_phandle(oracle, (uint32_t)phandle) : oracle->nodes[node].parent;
        if (node >= 0 && property(oracle, node, "#interrupt-cells", &count) != NULL) {
            return node;
        }
    }
    return -1;
}

static void add_pci_lines(const struct oracle *oracle, int node, struct lines *lines)
{
    int length;
    const fdt32_t *map = property(oracle, node, "interrupt-map", &length);
    int own = cell(oracle, node, "#address-cells", 3) + cell(oracle, node, "#interrupt-cells", 1);
    for (int at = 0; map != NULL && at + own < length;) {
        int target = oracle_phandle(oracle, fdt32_ld(&map[at + own]));
        if (target < 0) {
            return;
        }
        int addresses = cell(oracle, target, "#address-cells", 0);
        int cells = cell(oracle, target, "#interrupt-cells", 1);
        at += own + 1 + addresses + cells;
        if (at > length) {
            return;
        }
        raise(oracle, target, &map[at - cells], cells, &map[at - cells - addresses], addresses, 0,
              lines);
    }
}

void oracle_lines(const struct oracle *oracle, size_t node, struct lines *lines)
{
    int count, unit_count;
    const fdt32_t *unit = property(oracle, (int)node, "reg", &unit_count);
    const fdt32_t *cells = property(oracle, (int)node, "interrupts-extended", &count);
    if (cells != NULL) {
        for (int at = 0; at < count;) {
            uint32_t phandle = fdt32_ld(&cells[at++]);
            int target = oracle_phandle(oracle, phandle);
            int size = target < 0 ? 0 : cell(oracle, target, "#interrupt-cells", 0);
            if (phandle == 0) {
                continue;
            }
            if (target < 0 || size == 0 || at + size > count) {
                break;
            }
            raise(oracle, target, &cells[at], size, unit, unit_count, 0, lines);
            at += size;
        }
    } else {
        cells = property(oracle, (int)node, "interrupts", &count);
        int target = cells == NULL ? -1 : controller_of(oracle, (int)node);
        int size = target < 0 ? 0 : cell(oracle, target, "#interrupt-cells", 0);
        for (int at = 0; size > 0 && at + size <= count; at += size) {
            raise(oracle, target, &cells[at], size, unit, unit_count, 0, lines);
        }
    }
    if (oracle_is_pci(oracle, node)) {
        add_pci_lines(oracle, (int)node, lines);
    }
}

/* ---- Needs ---- */

static const struct {
    const char *name;
    const char *cells;
} lists[] = {
    {"clocks", "#clock-cells"},
    {"assigned-clocks", "#clock-cells"},
    {"assigned-clock-parents", "#clock-cells"},
    {"resets", "#reset-cells"},
    {"power-domains", "#power-domain-cells"},
    {"phys", "#phy-cells"},
    {"dmas", "#dma-cells"},
    {"mboxes", "#mbox-cells"},
    {"pwms", "#pwm-cells"},
    {"io-channels", "#io-channel-cells"},
    {"hwlocks", "#hwlock-cells"},
    {"interconnects", "#interconnect-cells"},
    {"iommus", "#iommu-cells"},
};

static bool ends(const char *name, const char *with)
{
    size_t length = strlen(name), tail = strlen(with);
    return length >= tail && strcmp(name + length - tail, with) == 0;
}

/* The name of the property with the target's cells, "" for none; NULL: no list of phandles. */
static const char *cells_of_list(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(name, lists[i].name) == 0) {
            return lists[i].cells;
        }
    }
    if (strncmp(name, "pinctrl-", 8) == 0 && name[8] >= '0' && name[8] <= '9') {
        return "";
    }
    if (ends(name, "-supply") || strcmp(name, "phy-handle") == 0 ||
        strcmp(name, "mmc-pwrseq") == 0 || strcmp(name, "operating-points-v2") == 0) {
        return "";
    }
    return ends(name, "-gpios") && !ends(name, "nr-gpios") ? "#gpio-cells" : NULL;
}

static void list_needs(const struct oracle *oracle, const char *name, const char *cells_name,
                       const fdt32_t *cells, int count,
                       void (*found)(void *data, const char *property, int target), void *data)
{
    for (int at = 0; at < count;) {
        uint32_t phandle = fdt32_ld(&cells[at++]);
        int target = oracle_phandle(oracle, phandle);
        if (phandle == 0 || phandle == UINT32_MAX) {
            continue;
        }
        if (target < 0) {
            return;
        }
        found(data, name, target);
        at += cells_name[0] == '\0' ? 0 : cell(oracle, target, cells_name, 0);
    }
}

void oracle_needs(const struct oracle *oracle, size_t node,
                  void (*found)(void *data, const char *property, int target), void *data)
{
    int at;
    fdt_for_each_property_offset(at, oracle->fdt, oracle->nodes[node].offset)
    {
        const char *name;
        int length;
        const fdt32_t *value = fdt_getprop_by_offset(oracle->fdt, at, &name, &length);
        const char *cells_name = value == NULL ? NULL : cells_of_list(name);
        if (cells_name != NULL) {
            list_needs(oracle, name, cells_name, value, length / 4, found, data);
        }
    }
    int count;
    int controller = property(oracle, (int)node, "interrupts", &count) != NULL &&
                             property(oracle, (int)node, "interrupts-extended", &count) == NULL
                         ? controller_of(oracle, (int)node)
                         : -1;
    if (controller >= 0) {
        found(data, "interrupts", controller);
    }
}
