/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Registers: each `reg` as PAs, through the `ranges` of all buses above it, and where DMA gets to,
 * through their `dma-ranges` (Devicetree Specification 0.4, 2.3.6 to 2.3.9). A bus's windows are
 * worked out once, before its children's registers.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "devtree.h"

#define CELLS_MAX 4
#define PCI_CELLS                                                                                  \
    3 /* IEEE 1275 PCI bus binding, 2.2.1.1: phys.hi, which says the space; mid; low */

static const struct window everything = {.size = BOARD_PA_LIMIT};

/* What a node needs of the bus that it is on. */
struct bus {
    size_t address_cells, size_cells;
    const struct window *windows;
    size_t window_count;
};

static size_t cells_of(const struct devtree *devtree, size_t node, const char *name,
                       size_t otherwise)
{
    return devnode_cell(devtree, node, name, (uint32_t)otherwise);
}

/* The nearest node from `node` up that has windows of its own; NULL: all of PA. */
static const struct devnode *window_owner(const struct devtree *devtree, size_t node, bool dma)
{
    for (; node != NODE_NONE; node = devtree->nodes[node].parent) {
        const struct devnode *owner = &devtree->nodes[node];
        if ((dma ? owner->dma_windows : owner->windows) != NULL) {
            return owner;
        }
    }
    return NULL;
}

static struct bus bus_of(const struct devtree *devtree, size_t node, bool dma)
{
    const struct devnode *owner = window_owner(devtree, node, dma);
    struct bus bus = {
        .address_cells = cells_of(devtree, node, "#address-cells", 2),
        .size_cells = cells_of(devtree, node, "#size-cells", 1),
        .windows = &everything,
        .window_count = 1,
    };
    if (owner != NULL) {
        bus.windows = dma ? owner->dma_windows : owner->windows;
        bus.window_count = dma ? owner->dma_window_count : owner->window_count;
    }
    return bus;
}

/* The number in some cells; false if it does not fit 64 bits. */
static bool read_cells(const fdt32_t *cells, size_t count, uint64_t *value)
{
    for (; count > 2; cells++, count--) {
        if (fdt32_ld(cells) != 0) {
            return false;
        }
    }
    *value = tree_cells(cells, (int)count);
    return true;
}

/* Translates a range of the bus; false if the processor does not reach all of it. */
static bool bus_translate(const struct bus *bus, const struct range *range, uint64_t *pa)
{
    for (size_t i = 0; i < bus->window_count; i++) {
        const struct window *window = &bus->windows[i];
        if (range->base >= window->base && range->base - window->base < window->size &&
            range->size <= window->size - (range->base - window->base)) {
            *pa = window->pa + (range->base - window->base);
            return true;
        }
    }
    return false;
}

static void add_reg(struct devnode *node, uint64_t pa, uint64_t size)
{
    node->regs[node->reg_count++] = (struct range){.base = pa, .size = size};
}

/* Reads `reg`, whose entries are addresses of the bus. */
static void read_reg(struct devtree *devtree, size_t index, const struct bus *bus)
{
    struct devnode *node = &devtree->nodes[index];
    size_t length;
    const fdt32_t *reg = devnode_property(devtree, index, "reg", &length);
    size_t entry_cells = bus->address_cells + bus->size_cells;
    size_t count = reg == NULL || entry_cells == 0 ? 0 : length / 4 / entry_cells;
    if (count > NODE_REG_MAX) {
        node->reg_problem = "\"reg\" has more than 1024 entries";
        return;
    }
    if (reg != NULL && (count == 0 || length != count * entry_cells * 4)) {
        node->reg_problem =
            "\"reg\" is not a whole number of entries of the cells that its parent says";
    }
    node->regs = alloc_array(count, sizeof(*node->regs));
    for (size_t i = 0; i < count; i++, reg += entry_cells) {
        struct range range;
        uint64_t pa;
        if (!read_cells(reg, bus->address_cells, &range.base) ||
            !read_cells(reg + bus->address_cells, bus->size_cells, &range.size) ||
            !bus_translate(bus, &range, &pa)) {
            node->reg_problem = "\"reg\" has an entry that no \"ranges\" above it translates, or "
                                "that ends beyond 40 bits of PA";
        } else if (range.size != 0) {
            add_reg(node, pa, range.size);
        }
    }
}

/* Adds what of a window the bus `outer` passes on: an entry may be larger than that, as those are
 * that stand for all of memory. `range` is the window on the outer bus, `base` where it begins on
 * the inner one. */
static void add_window(struct window *windows, size_t *count, const struct bus *outer,
                       const struct range *range, uint64_t base)
{
    uint64_t end = range->size > UINT64_MAX - range->base ? UINT64_MAX : range->base + range->size;
    for (size_t i = 0; i < outer->window_count && *count < NODE_WINDOW_MAX; i++) {
        const struct window *pass = &outer->windows[i];
        uint64_t pass_end = pass->base + pass->size;
        uint64_t from = range->base > pass->base ? range->base : pass->base;
        uint64_t to = end < pass_end ? end : pass_end;
        if (from < to && base <= UINT64_MAX - (to - range->base)) {
            windows[(*count)++] = (struct window){.base = base + (from - range->base),
                                                  .size = to - from,
                                                  .pa = pass->pa + (from - pass->base)};
        }
    }
}

/* Reads `ranges` or `dma-ranges` of a node on the bus `outer`; NULL if there are none to read. */
static struct window *read_windows(const struct devtree *devtree, size_t index, const char *name,
                                   const struct bus *outer, size_t *window_count)
{
    size_t length;
    const fdt32_t *entry = devnode_property(devtree, index, name, &length);
    size_t address_cells = cells_of(devtree, index, "#address-cells", 2);
    size_t size_cells = cells_of(devtree, index, "#size-cells", 1);
    size_t entry_cells = address_cells + outer->address_cells + size_cells;
    if (length == 0 || address_cells > CELLS_MAX || size_cells > CELLS_MAX ||
        outer->address_cells > CELLS_MAX || entry_cells == 0) {
        return NULL;
    }
    size_t count = length / 4 / entry_cells;
    count = count < NODE_WINDOW_MAX ? count : NODE_WINDOW_MAX;
    struct window *windows = alloc_array(NODE_WINDOW_MAX, sizeof(*windows));
    *window_count = 0;
    for (size_t i = 0; i < count; i++, entry += entry_cells) {
        const fdt32_t *target = entry + address_cells;
        uint64_t base;
        struct range range;
        /* Of a PCI address, the first cell is the space. */
        size_t skipped = address_cells == PCI_CELLS ? 1 : 0;
        if (read_cells(entry + skipped, address_cells - skipped, &base) &&
            read_cells(target, outer->address_cells, &range.base) &&
            read_cells(target + outer->address_cells, size_cells, &range.size)) {
            add_window(windows, window_count, outer, &range, base);
        }
    }
    return windows;
}

static bool is_pci_host(const struct devtree *devtree, size_t node)
{
    const char *type = devnode_string(devtree, node, "device_type");
    return type != NULL && strcmp(type, "pci") == 0 &&
           cells_of(devtree, node, "#address-cells", 0) == PCI_CELLS;
}

/* A bridge's windows are registers to be given with it: what is behind them is its own matter. */
static void add_pci_windows(struct devnode *node)
{
    node->regs = alloc_checked(
        realloc(node->regs, (node->reg_count + node->window_count + 1) * sizeof(*node->regs)));
    for (size_t i = 0; i < node->window_count; i++) {
        if (node->windows[i].size != 0) {
            add_reg(node, node->windows[i].pa, node->windows[i].size);
        }
    }
}

static void read_node(struct devtree *devtree, size_t index)
{
    struct devnode *node = &devtree->nodes[index];
    const struct devnode *parent = &devtree->nodes[node->parent];
    size_t length;
    if (!parent->passes_on) {
        return;
    }
    struct bus outer = bus_of(devtree, node->parent, false);
    if (outer.address_cells > CELLS_MAX || outer.size_cells > CELLS_MAX) {
        node->reg_problem = "its parent's \"#address-cells\" or \"#size-cells\" is more than 4";
        return;
    }
    read_reg(devtree, index, &outer);
    node->windows = read_windows(devtree, index, "ranges", &outer, &node->window_count);
    node->is_pci = is_pci_host(devtree, index) && node->windows != NULL;
    if (node->is_pci) {
        add_pci_windows(node);
    }
    node->passes_on = !node->is_pci &&
                      devnode_property(devtree, index, "ranges", &length) != NULL &&
                      (length == 0 || node->windows != NULL);
    struct bus dma = bus_of(devtree, node->parent, true);
    node->dma_windows = read_windows(devtree, index, "dma-ranges", &dma, &node->dma_window_count);
}

void devtree_read_regs(struct devtree *devtree)
{
    devtree->nodes[0].passes_on = true;
    for (size_t i = 1; i < devtree->node_count; i++) {
        read_node(devtree, i);
    }
}

const struct window *devnode_dma_windows(const struct devtree *devtree, size_t node, size_t *count)
{
    /* A PCI host's own `dma-ranges` are those of the devices behind it. */
    size_t bus = devtree->nodes[node].is_pci ? node : devtree->nodes[node].parent;
    const struct devnode *owner = window_owner(devtree, bus, true);
    *count = owner == NULL ? 0 : owner->dma_window_count;
    return owner == NULL ? NULL : owner->dma_windows;
}
