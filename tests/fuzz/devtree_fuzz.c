/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the device tree as a graph: every question is asked about every node of whatever tree is
 * accepted, and the answers have to be ones that others can rely on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "devclass.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_place(const struct devtree *devtree, size_t node)
{
    const struct devnode *self = &devtree->nodes[node];
    require(node == 0 ? self->parent == NODE_NONE : self->parent < node);
    require(self->end > node && self->end <= devtree->node_count);
    require(node == 0 || (self->end <= devtree->nodes[self->parent].end &&
                          devnode_is_within(devtree, node, self->parent)));
    require(self->path[0] == '/' && strlen(self->path) <= NODE_PATH_MAX + 1);
    require(!self->is_enabled || node == 0 || devtree->nodes[self->parent].is_enabled);
}

static void check_regs(const struct devtree *devtree, size_t node)
{
    const struct devnode *self = &devtree->nodes[node];
    for (size_t i = 0; i < self->reg_count; i++) {
        require(self->regs[i].size != 0 && range_is_physical(&self->regs[i]));
    }
    size_t count;
    const struct window *windows = devnode_dma_windows(devtree, node, &count);
    for (size_t i = 0; i < count; i++) {
        require(windows[i].base + windows[i].size >= windows[i].base);
        require(windows[i].pa + windows[i].size <= BOARD_PA_LIMIT);
    }
}

static void check_irqs(const struct devtree *devtree, size_t node)
{
    struct devirqs irqs;
    devnode_irqs(devtree, node, &irqs);
    require(irqs.count <= NODE_IRQ_MAX);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        require(irq->property != NULL);
        require(irq->controller == NODE_NONE || irq->controller < devtree->node_count);
        require(!irq->is_gic || irq->problem != NULL ||
                (irq->intid >= 16 && irq->intid < GIC_LINES_MAX));
    }
    free(irqs.entries);
}

static void check_refs(const struct devtree *devtree, size_t node)
{
    struct devrefs refs;
    devnode_refs(devtree, node, &refs);
    require(refs.count <= NODE_REF_MAX);
    uint8_t sum = 0;
    for (size_t i = 0; i < refs.count; i++) {
        const struct devref *ref = &refs.entries[i];
        require(ref->problem != NULL || ref->target < devtree->node_count);
        for (size_t at = 0; ref->problem == NULL && at < ref->specifier_cells * 4; at++) {
            sum ^= ((const uint8_t *)ref->specifier)[at]; /* all of it is there */
        }
    }
    volatile uint8_t kept = sum;
    (void)kept;
    free(refs.entries);
}

static void check_class(const struct devtree *devtree, size_t node)
{
    struct devclass class = devclass_of(devtree, node);
    require(devtree->nodes[node].reg_count != 0 || class.keeper != KEEPER_NONE ||
            class.master == MASTER_NO);
    require(!devclass_is_device(devtree, node) || node != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct devtree devtree;
    void *copy = malloc(size + 1); /* aligned as a mapped file is, and exactly as long */
    require(copy != NULL);
    memcpy(copy, data, size);
    if (devtree_open(&devtree, copy, size, "fuzz.dtb")) {
        for (size_t i = 0; i < devtree.node_count; i++) {
            check_place(&devtree, i);
            check_regs(&devtree, i);
            check_irqs(&devtree, i);
            check_refs(&devtree, i);
            check_class(&devtree, i);
        }
        size_t console = devtree_console(&devtree);
        require(console == NODE_NONE || console < devtree.node_count);
        static const char *const paths[] = {"serial0", "/soc", "ethernet0"};
        for (size_t i = 0; i < 3; i++) {
            devtree_by_path(&devtree, paths[i]);
        }
    }
    devtree_close(&devtree);
    free(copy);
    return 0;
}
