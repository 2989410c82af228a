/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tool takes from the board's device tree: RAM and what is reserved of it, the interrupt
 * controller, the timer's interrupts and the console.
 */
#include "board.h"

#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "devtree.h"
#include "diag.h"

#define GIC_400_LINES 512 /* 480 SPIs: GIC-400 TRM DDI 0471B, 2.2 */

static bool node_bad(const struct devtree *devtree, size_t node, const char *what)
{
    diag_error(&devtree->tree.at, "node %s: %s", devtree->nodes[node].path, what);
    return false;
}

/* Adds the node's registers to `ranges`. */
static bool node_add_ranges(const struct devtree *devtree, size_t node, struct range *ranges,
                            size_t limit, size_t *count)
{
    const struct devnode *devnode = &devtree->nodes[node];
    if (devnode->reg_problem != NULL) {
        return node_bad(devtree, node, devnode->reg_problem);
    }
    for (size_t i = 0; i < devnode->reg_count; i++) {
        if (*count == limit) {
            return node_bad(devtree, node, "more memory ranges than the tool has room for");
        }
        ranges[(*count)++] = devnode->regs[i];
    }
    return true;
}

static bool memory_read(const struct devtree *devtree, struct board *board)
{
    for (size_t i = 1; i < devtree->node_count; i++) {
        const char *type = devnode_string(devtree, i, "device_type");
        if (devtree->nodes[i].parent == 0 && devtree->nodes[i].is_enabled && type != NULL &&
            strcmp(type, "memory") == 0 &&
            !node_add_ranges(devtree, i, board->memory, BOARD_MEMORY_MAX, &board->memory_count)) {
            return false;
        }
    }
    return true;
}

static bool reserved_read(const struct devtree *devtree, struct board *board)
{
    const void *fdt = devtree->tree.fdt;
    int count = fdt_num_mem_rsv(fdt);
    for (int i = 0; i < count; i++) {
        struct range range;
        if (fdt_get_mem_rsv(fdt, i, &range.base, &range.size) != 0 || range.size == 0) {
            continue;
        }
        if (!range_is_physical(&range) || board->reserved_count == BOARD_RESERVED_MAX) {
            diag_error(&devtree->tree.at,
                       "memory reservation %d ends beyond 40 bits of PA or is one too many", i);
            return false;
        }
        board->reserved[board->reserved_count++] = range;
    }
    size_t parent = devtree_by_path(devtree, "/reserved-memory");
    for (size_t i = parent + 1; parent != NODE_NONE && i < devtree->nodes[parent].end; i++) {
        if (devtree->nodes[i].parent == parent && devtree->nodes[i].is_enabled &&
            !node_add_ranges(devtree, i, board->reserved, BOARD_RESERVED_MAX,
                             &board->reserved_count)) {
            return false;
        }
    }
    return true;
}

/* The first node that is enabled and has one of the `count` compatible strings, or NODE_NONE. */
static size_t find_enabled(const struct devtree *devtree, const char *const *compatible,
                           size_t count)
{
    for (size_t i = 1; i < devtree->node_count; i++) {
        for (size_t k = 0; k < count && devtree->nodes[i].is_enabled; k++) {
            if (devnode_is_compatible(devtree, i, compatible[k])) {
                return i;
            }
        }
    }
    return NODE_NONE;
}

/* The INTID of interrupt `index` of the node; `otherwise` where the tree does not tell. */
static uint32_t node_irq(const struct devtree *devtree, size_t node, size_t index,
                         uint32_t otherwise)
{
    struct devirqs irqs;
    uint32_t intid = otherwise;
    if (node == NODE_NONE) {
        return otherwise;
    }
    devnode_irqs(devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        if (irq->index == index && irq->is_gic && irq->problem == NULL) {
            intid = irq->intid;
        }
    }
    free(irqs.entries);
    return intid;
}

static bool is_aligned(const struct devnode *node, size_t reg_count)
{
    for (size_t i = 0; i < reg_count; i++) {
        if (node->regs[i].base % PAGE_SIZE_4K != 0) {
            return false;
        }
    }
    return true;
}

static bool gic_v2_read(const struct devtree *devtree, size_t node, struct board *board)
{
    struct range *const parts[] = {&board->gicd, &board->gicc, &board->gich, &board->gicv};
    const struct devnode *gic = &devtree->nodes[node];
    if (gic->reg_problem != NULL || gic->reg_count < 4 || !is_aligned(gic, 4)) {
        return node_bad(devtree, node,
                        "\"reg\" must name GICD, GICC, GICH and GICV, page aligned; without the "
                        "last two there is no virtual CPU interface for a guest");
    }
    for (size_t i = 0; i < 4; i++) {
        *parts[i] = gic->regs[i];
    }
    board->gic_version = 2;
    board->irq_lines =
        devnode_is_compatible(devtree, node, "arm,gic-400") ? GIC_400_LINES : GIC_LINES_MAX;
    return true;
}

/* `reg` has the distributor, the regions of redistributors, and what GICv2 software would look for
 * (arm,gic-v3.yaml). */
static bool gic_v3_read(const struct devtree *devtree, size_t node, struct board *board)
{
    const struct devnode *gic = &devtree->nodes[node];
    size_t count = devnode_cell(devtree, node, "#redistributor-regions", 1);
    if (gic->reg_problem != NULL || count < 1 || count > BOARD_GICR_MAX ||
        gic->reg_count < 1 + count || !is_aligned(gic, 1 + count)) {
        return node_bad(devtree, node,
                        "\"reg\" must name the distributor and as many regions of "
                        "redistributors as \"#redistributor-regions\" says, page aligned");
    }
    board->gicd = gic->regs[0];
    for (size_t i = 0; i < count; i++) {
        board->gicr[i] = gic->regs[1 + i];
    }
    board->gicr_count = count;
    board->gic_version = 3;
    board->irq_lines = GIC_LINES_MAX;
    return true;
}

static bool gic_read(const struct devtree *devtree, struct board *board)
{
    static const char *const v2[] = {"arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a7-gic",
                                     "qcom,msm-qgic2"};
    static const char *const v3[] = {"arm,gic-v3"};
    size_t node = find_enabled(devtree, v2, sizeof(v2) / sizeof(v2[0]));
    size_t newer = find_enabled(devtree, v3, 1);
    if (node == NODE_NONE && newer == NODE_NONE) {
        diag_error(&devtree->tree.at,
                   "the interrupt controller must be a GICv2 (arm,gic-400, arm,cortex-a15-gic) or "
                   "a GICv3 (arm,gic-v3); the tree has none that is enabled");
        return false;
    }
    board->maintenance_irq = node_irq(devtree, node != NODE_NONE ? node : newer, 0, 25);
    return node != NODE_NONE ? gic_v2_read(devtree, node, board)
                             : gic_v3_read(devtree, newer, board);
}

static bool msi_read(const struct devtree *devtree, struct board *board)
{
    uint32_t first, count;
    for (size_t i = 1; i < devtree->node_count; i++) {
        if ((devnode_is_compatible(devtree, i, "arm,gic-v2m-frame") ||
             devnode_is_compatible(devtree, i, "arm,gic-v3-its")) &&
            !devnode_is_msi_frame(devtree, i, &first, &count) &&
            !node_add_ranges(devtree, i, board->msi, BOARD_MSI_MAX, &board->msi_count)) {
            return false;
        }
    }
    return true;
}

/* The order of the interrupts is the binding's: secure, non-secure, virtual, hypervisor. */
static void timer_read(const struct devtree *devtree, struct board *board)
{
    static const char *const timers[] = {"arm,armv8-timer", "arm,armv7-timer"};
    size_t node = find_enabled(devtree, timers, 2);
    board->ptimer_irq = node_irq(devtree, node, 1, 30);
    board->vtimer_irq = node_irq(devtree, node, 2, 27);
    board->timer_irq = node_irq(devtree, node, 3, 26);
}

static bool uart_read(const struct devtree *devtree, struct board *board)
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
    size_t node = devtree_console(devtree);
    for (size_t i = 0; node != NODE_NONE && i < sizeof(drivers) / sizeof(drivers[0]); i++) {
        const struct devnode *uart = &devtree->nodes[node];
        if (!devnode_is_compatible(devtree, node, drivers[i].compatible)) {
            continue;
        }
        if (uart->reg_problem != NULL) {
            return node_bad(devtree, node, uart->reg_problem);
        }
        if (uart->reg_count != 0 && uart->regs[0].base % 4 == 0 &&
            uart->regs[0].base % PAGE_SIZE_4K <= PAGE_SIZE_4K - UART_SIZE) {
            board->uart_type = drivers[i].type;
            board->uart_pa = uart->regs[0].base;
        }
        return true;
    }
    return true;
}

static bool read_all(const struct devtree *devtree, struct board *board)
{
    if (!memory_read(devtree, board) || !reserved_read(devtree, board) ||
        !gic_read(devtree, board) || !msi_read(devtree, board)) {
        return false;
    }
    timer_read(devtree, board);
    return uart_read(devtree, board) && board_devices_read(board, devtree);
}

bool board_tree_read(struct board *board, const void *tree_bytes, size_t size, const char *path)
{
    struct devtree devtree;
    bool sound = devtree_open(&devtree, tree_bytes, size, path) && read_all(&devtree, board);
    devtree_close(&devtree);
    return sound;
}

bool board_has_kernel(const struct board *board, const char *path)
{
    const struct source at = {.file = path};
    if (board->gic_version != 2) {
        diag_error(&at,
                   "the board has a GICv%" PRIu32 ", which the kernel of this release does not "
                   "drive; it needs a GICv2. `drover compose` works with such a tree all the same",
                   board->gic_version);
        return false;
    }
    return true;
}
