/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The ownership table: page x owner, interrupt x owner. Nothing is given twice, and nothing that
 * the kernel has.
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

/* The first node of the kernel's with registers in these pages, or NODE_NONE. */
static size_t kept_node_in(const struct compose *compose, const struct range *pages)
{
    const struct devtree *devtree = compose->devtree;
    for (size_t i = 0; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        if (compose->classes[i].keeper != KEEPER_KERNEL) {
            continue;
        }
        for (size_t k = 0; k < node->reg_count; k++) {
            if (range_overlaps(pages, node->regs[k].base, node->regs[k].size)) {
                return i;
            }
        }
    }
    return NODE_NONE;
}

/* Whether a row may stand. With --give all one that may not is left out instead of refused. */
static bool check_kept(struct compose *compose, const struct page_row *row, bool *is_left_out)
{
    size_t kept = kept_node_in(compose, &row->pages);
    *is_left_out = false;
    if (kept == NODE_NONE) {
        return true;
    }
    const char *path = compose->devtree->nodes[kept].path;
    if (compose->vms[row->vm].request->gives_all) {
        compose_note(compose, row->vm, NOTE_LEFT_OUT, row->node,
                     "its registers at 0x%" PRIx64
                     " are left out: the page has registers of %s, which belongs to the kernel",
                     row->regs.base, path);
        *is_left_out = true;
        return true;
    }
    compose_error(compose, row->node,
                  "its page at PA 0x%" PRIx64
                  " has registers of %s, which belongs to the kernel; it cannot be given",
                  row->pages.base, path);
    return false;
}

static bool keep_kernel_pages(struct compose *compose)
{
    bool sound = true;
    size_t kept = 0;
    for (size_t i = 0; i < compose->page_count; i++) {
        bool is_left_out;
        sound = check_kept(compose, &compose->pages[i], &is_left_out) && sound;
        if (!is_left_out) {
            compose->pages[kept++] = compose->pages[i];
        }
    }
    compose->page_count = kept;
    return sound;
}

bool compose_own(struct compose *compose)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        for (size_t i = 0; i < compose->vms[vm].grant_count; i++) {
            const struct grant *grant = &compose->vms[vm].grants[i];
            if (grant->has_regs) {
                enter_pages(compose, vm, grant->node);
                enter_irqs(compose, vm, grant->node);
            }
        }
    }
    if (compose->page_count > 1) {
        qsort(compose->pages, compose->page_count, sizeof(*compose->pages), page_compare);
    }
    if (compose->irq_count > 1) {
        qsort(compose->irqs, compose->irq_count, sizeof(*compose->irqs), irq_compare);
    }
    return keep_kernel_pages(compose) && compose_check_owners(compose);
}
