/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has an interrupt, or a node with all its registers and interrupts.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "explain.h"

#define FIRST_PPI 16 /* IHI 0048B, 2.2.1 */
#define FIRST_SPI 32

/* ---- Interrupts ---- */

/* Both numbers: the GIC's, and that of the device tree. */
static char *irq_subject(uint32_t intid)
{
    if (intid >= FIRST_SPI) {
        return explain_text("irq %" PRIu32 " (SPI %" PRIu32 ")", intid, intid - FIRST_SPI);
    }
    if (intid >= FIRST_PPI) {
        return explain_text("irq %" PRIu32 " (PPI %" PRIu32 ")", intid, intid - FIRST_PPI);
    }
    return explain_text("irq %" PRIu32 " (SGI %" PRIu32 ")", intid, intid);
}

/* Prints the lines of an interrupt: all, or those of one node. Returns whether there were any. */
static bool print_lines(const struct explain *explain, const char *subject, uint32_t intid,
                        size_t node, FILE *out)
{
    bool is_any = false, is_owned = false;
    for (size_t i = 0; i < explain->line_count; i++) {
        const struct line *line = &explain->lines[i];
        if (line->intid != intid) {
            continue;
        }
        if (node == NODE_NONE || line->node == node) {
            char *also = explain_text("%s, the same line", subject);
            explain_line(out, is_owned && !line->is_owned ? also : subject, "%s", line->text);
            free(also);
            is_any = true;
        }
        is_owned = is_owned || line->is_owned;
    }
    return is_any;
}

void explain_irq(const struct explain *explain, uint32_t intid, FILE *out)
{
    char *subject = irq_subject(intid);
    if (!print_lines(explain, subject, intid, NODE_NONE, out)) {
        explain_line(out, subject, "%s",
                     intid < FIRST_PPI
                         ? "the CPUs: software raises it from core to core; a guest has "
                           "its own of its VMM"
                         : "nobody: no node of the board's tree raises it");
    }
    free(subject);
}

/* ---- Nodes ---- */

/* Prints what one node has; returns whether it has anything. */
static bool print_part(const struct explain *explain, size_t node, FILE *out)
{
    const struct devnode *devnode = &explain->devtree->nodes[node];
    bool is_any = false;
    for (size_t i = 0; !devnode->is_bus && i < devnode->reg_count; i++) {
        const struct range *regs = &devnode->regs[i];
        char *subject =
            explain_text("0x%" PRIx64 "..0x%" PRIx64, regs->base, regs->base + regs->size - 1);
        explain_regs(explain, subject, node, regs, out);
        free(subject);
        is_any = true;
    }
    struct devirqs irqs;
    devnode_irqs(explain->devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        if (irq->problem != NULL || irq->controller == NODE_NONE) {
            explain_line(out, devnode->path, "entry %zu of \"%s\" cannot be told: %s", irq->index,
                         irq->property,
                         irq->problem != NULL ? irq->problem : "the tree names no controller");
        } else if (!irq->is_gic) {
            explain_line(out, devnode->path,
                         "entry %zu of \"%s\" is raised at %s, whose driver passes it on",
                         irq->index, irq->property, explain->devtree->nodes[irq->controller].path);
        } else {
            char *subject = irq_subject(irq->intid);
            print_lines(explain, subject, irq->intid, node, out);
            free(subject);
        }
        is_any = true;
    }
    free(irqs.entries);
    return is_any;
}

/* A node with neither registers nor interrupts. */
static void print_bare(const struct explain *explain, size_t node, FILE *out)
{
    const struct devtree *devtree = explain->devtree;
    const struct devnode *devnode = &devtree->nodes[node];
    size_t device = devclass_device_of(devtree, node);
    if (explain->texts[node] != NULL) {
        explain_line(out, devnode->path, "%s", explain->texts[node]);
    } else if (explain->classes[node].keeper != KEEPER_NONE || devnode->is_bus) {
        char *text = explain_text_of(explain, node, &(struct range){0});
        explain_line(out, devnode->path, "%s", text);
        free(text);
    } else if (device != node && device != 0) {
        explain_line(out, devnode->path, "part of %s, whose owner has it",
                     devtree->nodes[device].path);
    } else {
        explain_line(out, devnode->path,
                     "nobody: it has neither registers nor interrupts that could be had");
    }
}

void explain_node(const struct explain *explain, size_t node, FILE *out)
{
    const struct devtree *devtree = explain->devtree;
    size_t device = devclass_device_of(devtree, node);
    bool is_any = false;
    for (size_t i = node; i < devtree->nodes[node].end; i++) {
        /* Parts of a device are the device; devices below it are not. */
        if (i == node || (device != 0 && devclass_device_of(devtree, i) == device)) {
            is_any = print_part(explain, i, out) || is_any;
        }
    }
    if (!is_any) {
        print_bare(explain, node, out);
    }
}
