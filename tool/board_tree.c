/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The board's device tree (Devicetree Specification 0.4), read with libfdt: RAM and what is
 * reserved of it, the interrupt controller, the timer's interrupts and the console. A tree is input
 * like any other: every property's length is checked before it is used.
 */
#include "board.h"

#include <inttypes.h>
#include <libfdt.h>
#include <string.h>

#include "diag.h"

#define PATH_SIZE     256
#define CELLS_MAX     2  /* a PA of more than 64 bits is on no board of ours */
#define GIC_SPI_BASE  32 /* INTID of SPI 0 and of PPI 0: GICv2 architecture IHI 0048B, 2.2.1 */
#define GIC_PPI_BASE  16
#define GIC_400_LINES 512 /* 480 SPIs: GIC-400 TRM DDI 0471B, 2.2 */
#define GIC_LINES_MAX 1020

struct tree {
    const void *fdt;
    struct source at; /* the file */
};

enum lookup {
    LOOKUP_FOUND,
    LOOKUP_ABSENT,
    LOOKUP_BAD, /* reported */
};

static enum lookup node_bad(const struct tree *tree, int node, const char *what)
{
    char path[PATH_SIZE];
    if (fdt_get_path(tree->fdt, node, path, sizeof(path)) != 0) {
        strcpy(path, "?");
    }
    diag_error(&tree->at, "node %s: %s", path, what);
    return LOOKUP_BAD;
}

static uint64_t cells_value(const fdt32_t *cells, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_ld(&cells[i]);
    }
    return value;
}

/* Cells of an address and a size of the children of `bus`. */
static bool bus_cells(const struct tree *tree, int bus, int *address_cells, int *size_cells)
{
    *address_cells = fdt_address_cells(tree->fdt, bus);
    *size_cells = fdt_size_cells(tree->fdt, bus);
    return *address_cells >= 1 && *address_cells <= CELLS_MAX && *size_cells >= 0 &&
           *size_cells <= CELLS_MAX;
}

/* Turns a bus address of the children of `bus` into one of the children of its parent. */
static enum lookup bus_translate(const struct tree *tree, int bus, int parent, uint64_t *address)
{
    int length;
    const fdt32_t *ranges = fdt_getprop(tree->fdt, bus, "ranges", &length);
    if (ranges == NULL) {
        return node_bad(tree, bus, "no \"ranges\": its children have no PA");
    }
    if (length == 0) {
        return LOOKUP_FOUND;
    }
    int child_cells, size_cells, parent_cells, unused;
    if (!bus_cells(tree, bus, &child_cells, &size_cells) ||
        !bus_cells(tree, parent, &parent_cells, &unused)) {
        return node_bad(tree, bus, "\"#address-cells\" or \"#size-cells\" is not 1 or 2");
    }
    int entry_cells = child_cells + parent_cells + size_cells;
    int count = length / 4 / entry_cells;
    for (int i = 0; i < count; i++) {
        const fdt32_t *entry = ranges + (ptrdiff_t)i * entry_cells;
        uint64_t base = cells_value(entry, child_cells);
        uint64_t target = cells_value(entry + child_cells, parent_cells);
        uint64_t size = cells_value(entry + child_cells + parent_cells, size_cells);
        if (*address >= base && *address - base < size) {
            *address = target + (*address - base);
            return LOOKUP_FOUND;
        }
    }
    return node_bad(tree, bus, "\"ranges\" does not cover the address of a child");
}

/* Reads entry `index` of the node's `reg` as a PA range. */
static enum lookup node_reg(const struct tree *tree, int node, int index, struct range *range)
{
    int length;
    const fdt32_t *reg = fdt_getprop(tree->fdt, node, "reg", &length);
    int bus = fdt_parent_offset(tree->fdt, node);
    int address_cells, size_cells;
    if (reg == NULL || bus < 0) {
        return LOOKUP_ABSENT;
    }
    if (!bus_cells(tree, bus, &address_cells, &size_cells)) {
        return node_bad(tree, bus, "\"#address-cells\" or \"#size-cells\" is not 1 or 2");
    }
    int entry_cells = address_cells + size_cells;
    if (index >= length / 4 / entry_cells) {
        return LOOKUP_ABSENT;
    }
    reg += (ptrdiff_t)index * entry_cells;
    range->base = cells_value(reg, address_cells);
    range->size = cells_value(reg + address_cells, size_cells);
    while (bus > 0) {
        int parent = fdt_parent_offset(tree->fdt, bus);
        if (parent < 0 || bus_translate(tree, bus, parent, &range->base) != LOOKUP_FOUND) {
            return LOOKUP_BAD;
        }
        bus = parent;
    }
    if (!range_is_physical(range)) {
        return node_bad(tree, node, "\"reg\" ends beyond 40 bits of PA");
    }
    return LOOKUP_FOUND;
}

/* Adds every non-empty `reg` entry of the node to `ranges`. */
static bool node_add_ranges(const struct tree *tree, int node, struct range *ranges, size_t limit,
                            size_t *count)
{
    struct range range;
    for (int i = 0;; i++) {
        enum lookup found = node_reg(tree, node, i, &range);
        if (found != LOOKUP_FOUND) {
            return found == LOOKUP_ABSENT;
        }
        if (range.size == 0) {
            continue;
        }
        if (*count == limit) {
            node_bad(tree, node, "more memory ranges than the tool has room for");
            return false;
        }
        ranges[(*count)++] = range;
    }
}

static bool node_disabled(const struct tree *tree, int node)
{
    int length;
    const char *status = fdt_getprop(tree->fdt, node, "status", &length);
    return status != NULL && !(length == 3 && memcmp(status, "ok", 3) == 0) &&
           !(length == 5 && memcmp(status, "okay", 5) == 0);
}

static bool memory_read(const struct tree *tree, struct board *board)
{
    int node;
    fdt_for_each_subnode(node, tree->fdt, 0)
    {
        int length;
        const char *type = fdt_getprop(tree->fdt, node, "device_type", &length);
        if (type != NULL && length == 7 && memcmp(type, "memory", 7) == 0 &&
            !node_disabled(tree, node) &&
            !node_add_ranges(tree, node, board->memory, BOARD_MEMORY_MAX, &board->memory_count)) {
            return false;
        }
    }
    return true;
}

static bool reserved_read(const struct tree *tree, struct board *board)
{
    int count = fdt_num_mem_rsv(tree->fdt);
    for (int i = 0; i < count; i++) {
        struct range range;
        if (fdt_get_mem_rsv(tree->fdt, i, &range.base, &range.size) != 0 || range.size == 0) {
            continue;
        }
        if (!range_is_physical(&range) || board->reserved_count == BOARD_RESERVED_MAX) {
            diag_error(&tree->at,
                       "memory reservation %d ends beyond 40 bits of PA or is one too many", i);
            return false;
        }
        board->reserved[board->reserved_count++] = range;
    }
    int parent = fdt_path_offset(tree->fdt, "/reserved-memory");
    int node;
    if (parent < 0) {
        return true;
    }
    fdt_for_each_subnode(node, tree->fdt, parent)
    {
        if (!node_disabled(tree, node) &&
            !node_add_ranges(tree, node, board->reserved, BOARD_RESERVED_MAX,
                             &board->reserved_count)) {
            return false;
        }
    }
    return true;
}

/* Reads interrupt `index` of a node below a GIC (three cells: kind, number, flags). */
static uint32_t node_irq(const struct tree *tree, int node, int index, uint32_t otherwise)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree->fdt, node, "interrupts", &length);
    if (cells == NULL || index >= length / 12) {
        return otherwise;
    }
    uint32_t number = fdt32_ld(&cells[index * 3 + 1]);
    uint32_t base = fdt32_ld(&cells[index * 3]) == 1 ? GIC_PPI_BASE : GIC_SPI_BASE;
    return number < GIC_LINES_MAX - base ? base + number : otherwise;
}

static int node_find(const struct tree *tree, const char *const *compatible, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int node = fdt_node_offset_by_compatible(tree->fdt, -1, compatible[i]);
        if (node >= 0) {
            return node;
        }
    }
    return -1;
}

static bool gic_read(const struct tree *tree, struct board *board)
{
    static const char *const v2[] = {"arm,gic-400", "arm,cortex-a15-gic"};
    static const char *const v3[] = {"arm,gic-v3"};
    int node = node_find(tree, v2, 2);
    if (node < 0) {
        const char *found = node_find(tree, v3, 1) < 0 ? "none" : "a GICv3";
        diag_error(&tree->at,
                   "the interrupt controller must be a GICv2 (arm,gic-400 or arm,cortex-a15-gic); "
                   "the tree has %s",
                   found);
        return false;
    }
    struct range *const parts[] = {&board->gicd, &board->gicc, &board->gich, &board->gicv};
    for (int i = 0; i < 4; i++) {
        enum lookup found = node_reg(tree, node, i, parts[i]);
        if (found == LOOKUP_BAD) {
            return false;
        }
        if (found == LOOKUP_ABSENT || parts[i]->base % PAGE_SIZE_4K != 0 || parts[i]->size == 0) {
            node_bad(tree, node, "\"reg\" must name GICD, GICC, GICH and GICV, page aligned");
            return false;
        }
    }
    board->gic_version = 2;
    board->maintenance_irq = node_irq(tree, node, 0, 25);
    board->irq_lines = fdt_node_check_compatible(tree->fdt, node, "arm,gic-400") == 0
                           ? GIC_400_LINES
                           : GIC_LINES_MAX;
    return true;
}

/* The order of the interrupts is the binding's: secure, non-secure, virtual, hypervisor. */
static void timer_read(const struct tree *tree, struct board *board)
{
    static const char *const timers[] = {"arm,armv8-timer", "arm,armv7-timer"};
    int node = node_find(tree, timers, 2);
    board->ptimer_irq = node < 0 ? 30 : node_irq(tree, node, 1, 30);
    board->vtimer_irq = node < 0 ? 27 : node_irq(tree, node, 2, 27);
    board->timer_irq = node < 0 ? 26 : node_irq(tree, node, 3, 26);
}

/* Finds the node that /chosen names as the console, or -1. */
static int console_find(const struct tree *tree)
{
    int chosen = fdt_path_offset(tree->fdt, "/chosen");
    int length;
    const char *path = chosen < 0 ? NULL : fdt_getprop(tree->fdt, chosen, "stdout-path", &length);
    if (path == NULL || length <= 0 || path[length - 1] != '\0') {
        return -1;
    }
    int path_length = (int)strcspn(path, ":");
    if (path[0] != '/') {
        path = fdt_get_alias_namelen(tree->fdt, path, path_length);
        if (path == NULL || path[0] != '/') {
            return -1;
        }
        path_length = (int)strlen(path);
    }
    return fdt_path_offset_namelen(tree->fdt, path, path_length);
}

static bool uart_read(const struct tree *tree, struct board *board)
{
    static const struct {
        const char *compatible;
        enum uart_type type;
    } drivers[] = {
        {"arm,pl011", UART_PL011},
        {"amlogic,meson-gx-uart", UART_MESON},
        {"amlogic,meson-g12a-uart", UART_MESON},
        {"cdns,uart-r1p12", UART_CADENCE},
        {"cdns,uart-r1p8", UART_CADENCE},
    };
    int node = console_find(tree);
    for (size_t i = 0; node >= 0 && i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        if (fdt_node_check_compatible(tree->fdt, node, drivers[i].compatible) != 0) {
            continue;
        }
        struct range range;
        enum lookup found = node_reg(tree, node, 0, &range);
        if (found == LOOKUP_FOUND && range.base % PAGE_SIZE_4K == 0) {
            board->uart_type = drivers[i].type;
            board->uart_pa = range.base;
        }
        return found != LOOKUP_BAD;
    }
    return true;
}

bool board_tree_read(struct board *board, const void *tree_bytes, size_t size, const char *path)
{
    struct tree tree = {.fdt = tree_bytes, .at = {.file = path}};
    int error =
        size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_full(tree_bytes, size);
    if (error != 0) {
        diag_error(&tree.at, "not a flattened device tree: %s", fdt_strerror(error));
        return false;
    }
    if (!memory_read(&tree, board) || !reserved_read(&tree, board) || !gic_read(&tree, board)) {
        return false;
    }
    timer_read(&tree, board);
    return uart_read(&tree, board);
}
