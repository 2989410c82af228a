/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tool takes from the board's device tree: RAM and what is reserved of it, the interrupt
 * controller, the timer's interrupts and the console.
 */
#include "board.h"

#include <libfdt.h>
#include <string.h>

#include "diag.h"
#include "tree.h"

#define GIC_400_LINES 512 /* 480 SPIs: GIC-400 TRM DDI 0471B, 2.2 */

/* Adds every non-empty `reg` entry of the node to `ranges`. */
static bool node_add_ranges(const struct tree *tree, int node, struct range *ranges, size_t limit,
                            size_t *count)
{
    struct range range;
    for (int i = 0;; i++) {
        enum lookup found = tree_reg(tree, node, i, &range);
        if (found != LOOKUP_FOUND) {
            return found == LOOKUP_ABSENT;
        }
        if (range.size == 0) {
            continue;
        }
        if (*count == limit) {
            tree_bad(tree, node, "more memory ranges than the tool has room for");
            return false;
        }
        ranges[(*count)++] = range;
    }
}

static bool memory_read(const struct tree *tree, struct board *board)
{
    int node;
    fdt_for_each_subnode(node, tree->fdt, 0)
    {
        int length;
        const char *type = fdt_getprop(tree->fdt, node, "device_type", &length);
        if (type != NULL && length == 7 && memcmp(type, "memory", 7) == 0 &&
            !tree_disabled(tree, node) &&
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
        if (!tree_disabled(tree, node) &&
            !node_add_ranges(tree, node, board->reserved, BOARD_RESERVED_MAX,
                             &board->reserved_count)) {
            return false;
        }
    }
    return true;
}

static bool gic_read(const struct tree *tree, struct board *board)
{
    static const char *const v2[] = {"arm,gic-400", "arm,cortex-a15-gic"};
    static const char *const v3[] = {"arm,gic-v3"};
    int node = tree_find(tree, v2, 2);
    if (node < 0) {
        const char *found = tree_find(tree, v3, 1) < 0 ? "none" : "a GICv3";
        diag_error(&tree->at,
                   "the interrupt controller must be a GICv2 (arm,gic-400 or arm,cortex-a15-gic); "
                   "the tree has %s",
                   found);
        return false;
    }
    struct range *const parts[] = {&board->gicd, &board->gicc, &board->gich, &board->gicv};
    for (int i = 0; i < 4; i++) {
        enum lookup found = tree_reg(tree, node, i, parts[i]);
        if (found == LOOKUP_BAD) {
            return false;
        }
        if (found == LOOKUP_ABSENT || parts[i]->base % PAGE_SIZE_4K != 0 || parts[i]->size == 0) {
            tree_bad(tree, node, "\"reg\" must name GICD, GICC, GICH and GICV, page aligned");
            return false;
        }
    }
    board->gic_version = 2;
    board->maintenance_irq = tree_irq(tree, node, 0, 25);
    board->irq_lines = fdt_node_check_compatible(tree->fdt, node, "arm,gic-400") == 0
                           ? GIC_400_LINES
                           : GIC_LINES_MAX;
    return true;
}

static bool msi_read(const struct tree *tree, struct board *board)
{
    static const char *const controllers[] = {"arm,gic-v2m-frame", "arm,gic-v3-its"};
    for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
        int node = -1;
        while ((node = fdt_node_offset_by_compatible(tree->fdt, node, controllers[i])) >= 0) {
            if (!node_add_ranges(tree, node, board->msi, BOARD_MSI_MAX, &board->msi_count)) {
                return false;
            }
        }
    }
    return true;
}

/* The order of the interrupts is the binding's: secure, non-secure, virtual, hypervisor. */
static void timer_read(const struct tree *tree, struct board *board)
{
    static const char *const timers[] = {"arm,armv8-timer", "arm,armv7-timer"};
    int node = tree_find(tree, timers, 2);
    board->ptimer_irq = node < 0 ? 30 : tree_irq(tree, node, 1, 30);
    board->vtimer_irq = node < 0 ? 27 : tree_irq(tree, node, 2, 27);
    board->timer_irq = node < 0 ? 26 : tree_irq(tree, node, 3, 26);
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
        enum lookup found = tree_reg(tree, node, 0, &range);
        if (found == LOOKUP_FOUND && range.base % 4 == 0 &&
            range.base % PAGE_SIZE_4K <= PAGE_SIZE_4K - UART_SIZE) {
            board->uart_type = drivers[i].type;
            board->uart_pa = range.base;
        }
        return found != LOOKUP_BAD;
    }
    return true;
}

bool board_tree_read(struct board *board, const void *tree_bytes, size_t size, const char *path)
{
    struct tree tree;
    if (!tree_open(&tree, tree_bytes, size, path) || !memory_read(&tree, board) ||
        !reserved_read(&tree, board) || !gic_read(&tree, board) || !msi_read(&tree, board)) {
        return false;
    }
    timer_read(&tree, board);
    return uart_read(&tree, board) && board_devices_read(board, &tree);
}
