/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ownership table: page x owner, interrupt x owner. Nothing is given twice; what is kept was
 * never granted (compose_can_give()).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose.h"
#include "diag.h"

static uint64_t page_down(uint64_t pa)
{
    return pa & -(uint64_t)PAGE_SIZE_4K;
}

static uint64_t page_up(uint64_t pa)
{
    return page_down(pa + PAGE_SIZE_4K - 1);
}

static void enter_pages(struct compose *compose, size_t vm, size_t node)
{
    const struct devnode *devnode = &compose->devtree->nodes[node];
    for (size_t i = 0; i < devnode->reg_count; i++) {
        struct range regs = {.base = devnode->regs[i].base,
                             .size = compose_reg_size(compose, node, i)};
        struct range pages = {.base = page_down(regs.base)};
        pages.size = page_up(regs.base + regs.size) - pages.base;
        if (regs.size != devnode->regs[i].size) {
            compose_note(compose, vm, NOTE_CUT, node,
                         "its window at 0x%" PRIx64 " has 0x%" PRIx64
                         " bytes, of which the first 0x%" PRIx64 " are granted",
                         regs.base, devnode->regs[i].size, regs.size);
        }
        compose->pages = alloc_grow(compose->pages, compose->page_count, &compose->page_capacity,
                                    sizeof(*compose->pages));
        compose->pages[compose->page_count++] =
            (struct page_row){.pages = pages, .regs = regs, .vm = vm, .node = node};
    }
}

static void enter_irqs(struct compose *compose, size_t vm, size_t node)
{
    struct devirqs irqs;
    devnode_irqs(compose->devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        if (irq->problem != NULL || !irq->is_gic) {
            continue;
        }
        if (irq->intid < 32) {
            compose_note(compose, vm, NOTE_PPI, node,
                         "interrupt %" PRIu32
                         " (\"%s\") is private to each CPU and cannot be given",
                         irq->intid, irq->property);
            continue;
        }
        if (irq->trigger == TRIGGER_UNKNOWN) {
            compose_note(compose, vm, NOTE_TRIGGER, node,
                         "the tree does not say whether interrupt %" PRIu32
                         " (\"%s\") is edge or level; it is taken for level",
                         irq->intid, irq->property);
        }
        compose->irqs = alloc_grow(compose->irqs, compose->irq_count, &compose->irq_capacity,
                                   sizeof(*compose->irqs));
        compose->irqs[compose->irq_count++] = (struct irq_row){.intid = irq->intid,
                                                               .trigger = irq->trigger,
                                                               .vm = vm,
                                                               .node = node,
                                                               .property = irq->property,
                                                               .index = irq->index};
    }
    free(irqs.entries);
}

static int page_compare(const void *left, const void *right)
{
    const struct page_row *a = left;
    const struct page_row *b = right;
    if (a->pages.base != b->pages.base) {
        return a->pages.base < b->pages.base ? -1 : 1;
    }
    return a->vm != b->vm ? (a->vm > b->vm) - (a->vm < b->vm)
                          : (a->node > b->node) - (a->node < b->node);
}

static int irq_compare(const void *left, const void *right)
{
    const struct irq_row *a = left;
    const struct irq_row *b = right;
    if (a->intid != b->intid) {
        return a->intid < b->intid ? -1 : 1;
    }
    return a->vm != b->vm ? (a->vm > b->vm) - (a->vm < b->vm)
                          : (a->node > b->node) - (a->node < b->node);
}

bool compose_own(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->owner_count; vm++) {
        for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
            const struct grant *grant = &compose->vms[vm].grants[i];
            if (grant->has_regs) {
                enter_pages(compose, vm, grant->node);
                enter_irqs(compose, vm, grant->node);
            }
        }
    }
    if (compose->page_count > COMPOSE_ROW_MAX) {
        diag_error(&compose->devtree->tree.at,
                   "the VMs would have %zu ranges of registers; at most %d are allowed",
                   compose->page_count, COMPOSE_ROW_MAX);
        return false;
    }
    if (compose->page_count > 1) {
        qsort(compose->pages, compose->page_count, sizeof(*compose->pages), page_compare);
    }
    if (compose->irq_count > 1) {
        qsort(compose->irqs, compose->irq_count, sizeof(*compose->irqs), irq_compare);
    }
    return compose_check_owners(compose);
}
