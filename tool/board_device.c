/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where the board has devices: every `reg` in its tree that the processor reaches, through the
 * `ranges` of the buses above it, and the windows of PCI buses (Devicetree Specification 0.4,
 * 2.3.6 and 2.3.8). A node that makes no sense is passed over: the tree is only asked whether
 * there is a device at some PA.
 */
#include <libfdt.h>

#include "board.h"
#include "diag.h"
#include "tree.h"

#define BUS_DEPTH_MAX 16
#define WINDOW_MAX    32
#define PCI_CELLS     3 /* of an address on a PCI bus: IEEE 1275 PCI bus binding, 2.2.1.1 */

/* A part of a bus that the processor reaches at `pa`. */
struct window {
    uint64_t base; /* address on the bus */
    uint64_t size;
    uint64_t pa;
};

struct bus {
    int address_cells, size_cells; /* of its children */
    const struct window *windows;
    size_t window_count;
};

/* Translates a range of the bus; false if the processor does not reach all of it. */
static bool bus_translate(const struct bus *bus, uint64_t base, uint64_t size, uint64_t *pa)
{
    for (size_t i = 0; i < bus->window_count; i++) {
        const struct window *window = &bus->windows[i];
        if (base >= window->base && base - window->base < window->size &&
            size <= window->size - (base - window->base)) {
            *pa = window->pa + (base - window->base);
            return true;
        }
    }
    return false;
}

/* Adds a range of PA; false, reported, if there are too many. */
static bool add_device(struct board *board, const struct tree *tree, uint64_t pa, uint64_t size)
{
    struct range range = {.base = pa, .size = size};
    if (size == 0 || !range_is_physical(&range)) {
        return true;
    }
    if (board->device_count == BOARD_DEVICE_MAX) {
        range_merge(board->devices, &board->device_count);
    }
    if (board->device_count == BOARD_DEVICE_MAX) {
        diag_error(&tree->at, "more than %d devices apart from each other", BOARD_DEVICE_MAX);
        return false;
    }
    board->devices[board->device_count++] = range;
    return true;
}

static bool add_registers(struct board *board, const struct tree *tree, int node,
                          const struct bus *bus)
{
    int length;
    const fdt32_t *reg = fdt_getprop(tree->fdt, node, "reg", &length);
    int entry_cells = bus->address_cells + bus->size_cells;
    for (int i = 0; reg != NULL && i < length / 4 / entry_cells; i++) {
        const fdt32_t *entry = reg + (ptrdiff_t)i * entry_cells;
        uint64_t size = tree_cells(entry + bus->address_cells, bus->size_cells);
        uint64_t pa;
        if (bus_translate(bus, tree_cells(entry, bus->address_cells), size, &pa) &&
            !add_device(board, tree, pa, size)) {
            return false;
        }
    }
    return true;
}

/* Reads `ranges`, which leads from the bus `inner` to the bus `outer`; returns how many there are.
 */
static size_t windows_read(const fdt32_t *ranges, int length, const struct bus *outer,
                           const struct bus *inner, struct window *windows)
{
    int entry_cells = inner->address_cells + outer->address_cells + inner->size_cells;
    size_t count = 0;
    for (int i = 0; i < length / 4 / entry_cells && count < WINDOW_MAX; i++) {
        const fdt32_t *entry = ranges + (ptrdiff_t)i * entry_cells;
        const fdt32_t *target = entry + inner->address_cells;
        struct window *window = &windows[count];
        window->base = tree_cells(entry, inner->address_cells);
        window->size = tree_cells(target + outer->address_cells, inner->size_cells);
        count += bus_translate(outer, tree_cells(target, outer->address_cells), window->size,
                               &window->pa);
    }
    return count;
}

/* Reads the children of `node`. Recursion is bounded by `depth`. */
static bool bus_read(struct board *board, const struct tree *tree, int node, const struct bus *bus,
                     unsigned depth)
{
    int child;
    fdt_for_each_subnode(child, tree->fdt, node)
    {
        struct window windows[WINDOW_MAX];
        int length;
        const fdt32_t *ranges = fdt_getprop(tree->fdt, child, "ranges", &length);
        struct bus inner = *bus;
        inner.address_cells = fdt_address_cells(tree->fdt, child);
        inner.size_cells = fdt_size_cells(tree->fdt, child);
        if (!add_registers(board, tree, child, bus)) {
            return false;
        }
        if (ranges == NULL || depth == BUS_DEPTH_MAX || inner.address_cells < 1 ||
            inner.size_cells < 0) {
            continue;
        }
        if (length != 0) {
            inner.windows = windows;
            inner.window_count = windows_read(ranges, length, bus, &inner, windows);
        }
        bool is_pci = inner.address_cells == PCI_CELLS;
        for (size_t i = 0; is_pci && i < inner.window_count; i++) {
            if (!add_device(board, tree, inner.windows[i].pa, inner.windows[i].size)) {
                return false;
            }
        }
        if (!is_pci && !bus_read(board, tree, child, &inner, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool board_devices_read(struct board *board, const struct tree *tree)
{
    static const struct window all = {.size = BOARD_PA_LIMIT};
    const struct bus root = {
        .address_cells = fdt_address_cells(tree->fdt, 0),
        .size_cells = fdt_size_cells(tree->fdt, 0),
        .windows = &all,
        .window_count = 1,
    };
    if (root.address_cells < 1 || root.size_cells < 0) {
        return true;
    }
    return bus_read(board, tree, 0, &root, 0);
}
