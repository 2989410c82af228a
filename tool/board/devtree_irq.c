/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts: from what a node says, up the interrupt tree to the GIC (Devicetree Specification
 * 0.4, 2.4). Three cells mean what the GIC's binding says at the GIC only; a controller between,
 * with cells of its own, raises an interrupt of its own instead.
 */
#include <libfdt.h>
#include <string.h>

#include "alloc.h"
#include "devtree.h"

#define HOP_MAX  32   /* controllers and nexuses between a device and the GIC */
#define CELL_MAX 16   /* cells of an address or specifier in an interrupt map */
#define MAP_MAX  1024 /* entries of an interrupt map that are looked at */

#define GIC_SPI       0 /* first cell of the GIC's binding (arm,gic.yaml) */
#define GIC_PPI       1
#define GIC_SPI_BASE  32 /* IHI 0048B, 2.2.1 */
#define GIC_PPI_BASE  16
#define TRIGGER_EDGES 0x3 /* third cell, [3:0]: 1 rising, 2 falling, 4 high, 8 low */
#define TRIGGER_BITS  0xf

/* Where a specifier has got to. */
struct place {
    size_t controller;
    const fdt32_t *cells;
    size_t cell_count;
    const fdt32_t *unit; /* the device's unit address, for interrupt maps */
    size_t unit_cells;
};

bool devnode_is_gic(const struct devtree *devtree, size_t node)
{
    static const char *const gics[] = {
        "arm,gic-400",        "arm,cortex-a15-gic",  "arm,cortex-a9-gic", "arm,cortex-a7-gic",
        "arm,eb11mp-gic",     "arm,pl390",           "arm,gic-v3",        "qcom,msm-qgic2",
        "qcom,msm-8660-qgic", "brcm,brahma-b15-gic",
    };
    for (size_t i = 0; i < sizeof(gics) / sizeof(gics[0]); i++) {
        if (devnode_is_compatible(devtree, node, gics[i])) {
            return true;
        }
    }
    return false;
}

/* The node at which the interrupts of `node` are raised, by itself or those above it. */
static size_t interrupt_parent(const struct devtree *devtree, size_t node)
{
    for (int hop = 0; hop < HOP_MAX && node != NODE_NONE; hop++) {
        uint32_t phandle = devnode_cell(devtree, node, "interrupt-parent", 0);
        size_t above =
            phandle != 0 ? devtree_by_phandle(devtree, phandle) : devtree->nodes[node].parent;
        if (above != NODE_NONE &&
            devnode_property(devtree, above, "#interrupt-cells", NULL) != NULL) {
            return above;
        }
        if (above == node) {
            return NODE_NONE;
        }
        node = above;
    }
    return NODE_NONE;
}

static void decode_gic(const struct place *place, struct devirq *irq)
{
    uint32_t kind = fdt32_ld(&place->cells[0]), number = fdt32_ld(&place->cells[1]);
    uint32_t flags = fdt32_ld(&place->cells[2]) & TRIGGER_BITS;
    if (kind > GIC_PPI) {
        irq->problem = "of a GICv3's extended range, which this release does not know";
    } else if (number >= (kind == GIC_PPI ? 16 : GIC_LINES_MAX - GIC_SPI_BASE)) {
        irq->problem = "a number that the GIC does not have";
    } else {
        irq->intid = number + (kind == GIC_PPI ? GIC_PPI_BASE : GIC_SPI_BASE);
        irq->trigger = flags == 0                     ? TRIGGER_UNKNOWN
                       : (flags & TRIGGER_EDGES) != 0 ? TRIGGER_EDGE
                                                      : TRIGGER_LEVEL;
    }
}

/* An interrupt map, being read. */
struct nexus_map {
    const fdt32_t *next, *end;
    size_t address_cells, interrupt_cells; /* of the child's side */
    const fdt32_t *mask;                   /* NULL: all ones */
};

static bool map_open(const struct devtree *devtree, size_t nexus, struct nexus_map *map)
{
    size_t length, mask_length;
    map->next = devnode_property(devtree, nexus, "interrupt-map", &length);
    if (map->next == NULL) {
        return false;
    }
    map->end = map->next + length / 4;
    map->address_cells = devnode_cell(devtree, nexus, "#address-cells", 0);
    map->interrupt_cells = devnode_cell(devtree, nexus, "#interrupt-cells", 1);
    map->mask = devnode_property(devtree, nexus, "interrupt-map-mask", &mask_length);
    if (mask_length != (map->address_cells + map->interrupt_cells) * 4) {
        map->mask = NULL;
    }
    return map->address_cells <= CELL_MAX && map->interrupt_cells <= CELL_MAX;
}

/* Takes the next entry: its child side, and where it leads. False at the end, or if it is torn. */
static bool map_next(const struct devtree *devtree, struct nexus_map *map, const fdt32_t **child,
                     struct place *target)
{
    size_t child_cells = map->address_cells + map->interrupt_cells;
    if ((size_t)(map->end - map->next) < child_cells + 1) {
        return false;
    }
    *child = map->next;
    *target = (struct place){.controller =
                                 devtree_by_phandle(devtree, fdt32_ld(map->next + child_cells))};
    map->next += child_cells + 1;
    if (target->controller == NODE_NONE) {
        return false;
    }
    target->unit = map->next;
    target->unit_cells = devnode_cell(devtree, target->controller, "#address-cells", 0);
    target->cell_count = devnode_cell(devtree, target->controller, "#interrupt-cells", 1);
    if (target->unit_cells > CELL_MAX || target->cell_count > CELL_MAX ||
        (size_t)(map->end - map->next) < target->unit_cells + target->cell_count) {
        return false;
    }
    target->cells = map->next + target->unit_cells;
    map->next = target->cells + target->cell_count;
    return true;
}

static bool map_matches(const struct nexus_map *map, const fdt32_t *child,
                        const struct place *place)
{
    if (place->unit_cells < map->address_cells || place->cell_count != map->interrupt_cells) {
        return false;
    }
    for (size_t i = 0; i < map->address_cells + map->interrupt_cells; i++) {
        uint32_t mask = map->mask == NULL ? UINT32_MAX : fdt32_ld(&map->mask[i]);
        const fdt32_t *own =
            i < map->address_cells ? &place->unit[i] : &place->cells[i - map->address_cells];
        if ((fdt32_ld(own) & mask) != (fdt32_ld(&child[i]) & mask)) {
            return false;
        }
    }
    return true;
}

static bool map_translate(const struct devtree *devtree, struct place *place)
{
    struct nexus_map map;
    const fdt32_t *child;
    struct place target;
    if (!map_open(devtree, place->controller, &map)) {
        return false;
    }
    for (int i = 0; i < MAP_MAX && map_next(devtree, &map, &child, &target); i++) {
        if (map_matches(&map, child, place)) {
            *place = target;
            return true;
        }
    }
    return false;
}

/*
 * Controllers between the devices and the GIC that only wake the system up: their specifiers are
 * the GIC's, number for number (Linux' documentation of bindings,
 * interrupt-controller/fsl,imx-gpcv2, nvidia,tegra20-ictlr, mediatek,mtk-sysirq,
 * allwinner,sun6i-a31-r-intc).
 */
static bool is_stacked(const struct devtree *devtree, const struct place *place)
{
    static const char *const stacked[] = {
        "fsl,imx7d-gpc",
        "fsl,imx8mq-gpc",
        "fsl,imx8mm-gpc",
        "fsl,imx8mn-gpc",
        "fsl,imx8mp-gpc",
        "nvidia,tegra20-ictlr",
        "nvidia,tegra30-ictlr",
        "nvidia,tegra114-ictlr",
        "nvidia,tegra124-ictlr",
        "nvidia,tegra210-ictlr",
        "mediatek,mt6577-sysirq",
        "allwinner,sun6i-a31-r-intc",
        "allwinner,sun8i-a83t-r-intc",
        "allwinner,sun8i-h3-r-intc",
        "allwinner,sun50i-a64-r-intc",
        "allwinner,sun50i-h6-r-intc",
    };
    for (size_t i = 0; i < sizeof(stacked) / sizeof(stacked[0]); i++) {
        if (place->cell_count == 3 &&
            devnode_is_compatible(devtree, place->controller, stacked[i])) {
            return true;
        }
    }
    return false;
}

/* Follows a specifier to the controller that takes it. */
static void resolve(const struct devtree *devtree, struct place place, struct devirq *irq)
{
    for (int hop = 0; hop < HOP_MAX; hop++) {
        irq->controller = place.controller;
        if (devnode_is_gic(devtree, place.controller)) {
            irq->is_gic = true;
            if (place.cell_count < 3) {
                irq->problem = "the GIC's \"#interrupt-cells\" is less than 3";
            } else {
                decode_gic(&place, irq);
            }
            return;
        }
        if (is_stacked(devtree, &place)) {
            irq->through = irq->through == NODE_NONE ? place.controller : irq->through;
            place.controller = interrupt_parent(devtree, place.controller);
            if (place.controller == NODE_NONE) {
                irq->problem = "its interrupt controller has no interrupt parent";
                return;
            }
            continue;
        }
        if (devnode_property(devtree, place.controller, "interrupt-map", NULL) == NULL) {
            return; /* a controller with interrupts of its own */
        }
        if (!map_translate(devtree, &place)) {
            irq->problem = "no entry of the \"interrupt-map\" above it fits";
            return;
        }
    }
    irq->problem = "its interrupt parents go round in a circle";
}

static bool is_known(const struct devirqs *irqs, const struct devirq *irq)
{
    for (size_t i = 0; i < irqs->count; i++) {
        if (irq->is_gic && irq->problem == NULL && irqs->entries[i].is_gic &&
            irqs->entries[i].intid == irq->intid && irqs->entries[i].problem == NULL) {
            return true;
        }
    }
    return false;
}

static void add(struct devirqs *irqs, const struct devirq *irq)
{
    if (irqs->count < NODE_IRQ_MAX && !is_known(irqs, irq)) {
        irqs->entries =
            alloc_grow(irqs->entries, irqs->count, &irqs->capacity, sizeof(*irqs->entries));
        irqs->entries[irqs->count++] = *irq;
    }
}

static void add_place(const struct devtree *devtree, struct devirqs *irqs, const char *property,
                      size_t index, const struct place *place)
{
    struct devirq irq = {.property = property, .index = index, .through = NODE_NONE};
    resolve(devtree, *place, &irq);
    add(irqs, &irq);
}

static void add_problem(struct devirqs *irqs, const char *property, size_t index,
                        const char *problem)
{
    struct devirq irq = {.property = property,
                         .index = index,
                         .controller = NODE_NONE,
                         .through = NODE_NONE,
                         .problem = problem};
    add(irqs, &irq);
}

static void unit_address(const struct devtree *devtree, size_t node, struct place *place)
{
    size_t length;
    place->unit = devnode_property(devtree, node, "reg", &length);
    place->unit_cells = length / 4;
}

static void add_plain(const struct devtree *devtree, size_t node, struct devirqs *irqs)
{
    size_t length;
    const fdt32_t *cells = devnode_property(devtree, node, "interrupts", &length);
    if (cells == NULL) {
        return;
    }
    struct place place = {.controller = interrupt_parent(devtree, node)};
    if (place.controller == NODE_NONE) {
        add_problem(
            irqs, "interrupts", 0,
            "no interrupt parent: \"interrupt-parent\", here or above, names none that there is");
        return;
    }
    unit_address(devtree, node, &place);
    place.cell_count = devnode_cell(devtree, place.controller, "#interrupt-cells", 0);
    if (place.cell_count == 0 || length % (place.cell_count * 4) != 0) {
        add_problem(irqs, "interrupts", 0,
                    "not a whole number of the interrupt parent's \"#interrupt-cells\"");
        return;
    }
    for (size_t i = 0; i < length / 4 / place.cell_count && i < NODE_IRQ_MAX; i++) {
        place.cells = cells + i * place.cell_count;
        add_place(devtree, irqs, "interrupts", i, &place);
    }
}

static void add_extended(const struct devtree *devtree, size_t node, struct devirqs *irqs)
{
    static const char name[] = "interrupts-extended";
    size_t length;
    const fdt32_t *cells = devnode_property(devtree, node, name, &length);
    struct place place = {0};
    unit_address(devtree, node, &place);
    for (size_t at = 0, i = 0; cells != NULL && at < length / 4 && i < NODE_IRQ_MAX; i++) {
        uint32_t phandle = fdt32_ld(&cells[at++]);
        if (phandle == 0) {
            continue; /* an entry left out */
        }
        place.controller = devtree_by_phandle(devtree, phandle);
        if (place.controller == NODE_NONE) {
            add_problem(irqs, name, i, "refers to a node that there is not");
            return;
        }
        place.cell_count = devnode_cell(devtree, place.controller, "#interrupt-cells", 0);
        place.cells = cells + at;
        if (place.cell_count == 0 || place.cell_count > length / 4 - at) {
            add_problem(irqs, name, i, "ends in the middle of an entry");
            return;
        }
        at += place.cell_count;
        add_place(devtree, irqs, name, i, &place);
    }
}

/* What is behind a PCI bridge raises what the bridge's map leads to. */
static void add_mapped(const struct devtree *devtree, size_t node, struct devirqs *irqs)
{
    struct nexus_map map;
    const fdt32_t *child;
    struct place target;
    if (!devtree->nodes[node].is_pci || !map_open(devtree, node, &map)) {
        return;
    }
    for (size_t i = 0; i < NODE_IRQ_MAX && map_next(devtree, &map, &child, &target); i++) {
        add_place(devtree, irqs, "interrupt-map", i, &target);
    }
}

/*
 * Controllers whose lines to the GIC stand in a property of their maker's, as SPI numbers: a list
 * of them, or of ranges. The bindings are those of Linux' documentation
 * (interrupt-controller/NAME.yaml).
 */
static const struct vendor_lines {
    const char *property;
    size_t entry_cells, spi_cell, count_cell; /* count_cell 0: an entry is one line */
    enum trigger trigger;
} vendor_lines[] = {
    {"amlogic,channel-interrupts", 1, 0, 0, TRIGGER_EDGE},
    {"qcom,pdc-ranges", 3, 1, 2, TRIGGER_LEVEL},
    {"socionext,interrupt-ranges", 3, 1, 2, TRIGGER_LEVEL},
    {"marvell,spi-ranges", 2, 0, 1, TRIGGER_LEVEL},
};

static void add_vendor(const struct devtree *devtree, size_t node, const struct vendor_lines *lines,
                       struct devirqs *irqs)
{
    size_t length;
    const fdt32_t *entry = devnode_property(devtree, node, lines->property, &length);
    size_t count = length / 4 / lines->entry_cells;
    for (size_t i = 0; i < count && i < NODE_IRQ_MAX; i++, entry += lines->entry_cells) {
        uint32_t spi = fdt32_ld(&entry[lines->spi_cell]);
        uint32_t line_count = lines->count_cell == 0 ? 1 : fdt32_ld(&entry[lines->count_cell]);
        for (uint32_t line = 0; line < line_count && irqs->count < NODE_IRQ_MAX; line++) {
            if (spi >= GIC_LINES_MAX - GIC_SPI_BASE - line) {
                add_problem(irqs, lines->property, i, "a number that the GIC does not have");
                break;
            }
            struct devirq irq = {.property = lines->property,
                                 .index = i,
                                 .controller = interrupt_parent(devtree, node),
                                 .through = NODE_NONE,
                                 .is_gic = true,
                                 .intid = GIC_SPI_BASE + spi + line,
                                 .trigger = lines->trigger};
            add(irqs, &irq);
        }
    }
}

bool devnode_is_msi_frame(const struct devtree *devtree, size_t node, uint32_t *first,
                          uint32_t *count)
{
    *first = devnode_cell(devtree, node, "arm,msi-base-spi", 0);
    *count = devnode_cell(devtree, node, "arm,msi-num-spis", 0);
    return devnode_is_compatible(devtree, node, "arm,gic-v2m-frame") && *first >= GIC_SPI_BASE &&
           *first < GIC_LINES_MAX && *count != 0 && *count <= GIC_LINES_MAX - *first;
}

/* What a frame for messages raises is raised at the GIC that it is part of. */
static void add_messages(const struct devtree *devtree, size_t node, struct devirqs *irqs)
{
    uint32_t first, count;
    if (!devnode_is_msi_frame(devtree, node, &first, &count)) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct devirq irq = {.property = "arm,msi-base-spi",
                             .index = i,
                             .controller = devtree->nodes[node].parent,
                             .through = NODE_NONE,
                             .is_gic = true,
                             .intid = first + i,
                             .trigger = TRIGGER_EDGE};
        add(irqs, &irq);
    }
}

void devnode_irqs(const struct devtree *devtree, size_t node, struct devirqs *irqs)
{
    *irqs = (struct devirqs){0};
    if (devnode_property(devtree, node, "interrupts-extended", NULL) != NULL) {
        add_extended(devtree, node, irqs);
    } else {
        add_plain(devtree, node, irqs);
    }
    add_mapped(devtree, node, irqs);
    for (size_t i = 0; i < sizeof(vendor_lines) / sizeof(vendor_lines[0]); i++) {
        add_vendor(devtree, node, &vendor_lines[i], irqs);
    }
    add_messages(devtree, node, irqs);
}
