/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The answers. What a VMM logs of an access stands behind the subject of its first line.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "alloc.h"
#include "explain.h"

#define FIRST_PPI 16 /* IHI 0048B, 2.2.1 */
#define FIRST_SPI 32

/* Prints a line; what it quotes of files cannot make lines of its own. */
static void print_line(FILE *out, const char *subject, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void print_line(FILE *out, const char *subject, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    alloc_checked(length < 0 ? NULL : text);
    char *line = explain_text("%s: %s", subject, text);
    for (char *at = line; *at != '\0'; at++) {
        fputc((unsigned char)*at < ' ' || *at == 0x7f ? '?' : *at, out);
    }
    fputc('\n', out);
    free(line);
    free(text);
}

/* ---- Nodes and their registers ---- */

/* Who has the registers of a node because of having their pages, or NULL if nobody has. */
static char *text_by_page(const struct explain *explain, size_t node, const struct range *regs)
{
    const struct devnode *devnode = &explain->devtree->nodes[node];
    char *text = NULL;
    for (size_t i = 0; i < explain->holding_count; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (!holding->is_by_page || !range_overlaps(&holding->pages, regs->base, regs->size)) {
            continue;
        }
        char *longer =
            explain_text("%s%s%s: %s%s, by %s", text == NULL ? "" : text, text == NULL ? "" : "; ",
                         holding->who, devnode->path,
                         devnode->is_enabled ? "" : ", disabled in the board's tree", holding->how);
        free(text);
        text = longer;
    }
    return text;
}

/* Whose registers of a node are. */
static char *text_of(const struct explain *explain, size_t node, const struct range *regs)
{
    const struct ownertext about = {.devtree = explain->devtree,
                                    .classes = explain->classes,
                                    .board = explain->board,
                                    .remedy = explain->remedy};
    if (explain->texts[node] != NULL) {
        return explain_text("%s", explain->texts[node]);
    }
    char *text = text_by_page(explain, node, regs);
    return text != NULL ? text : ownertext_node(&about, node, false);
}

/* Prints whose registers of a node are, and who reaches them all the same because of their page. */
static void print_regs(const struct explain *explain, const char *subject, size_t node,
                       const struct range *regs, FILE *out)
{
    char *text = text_of(explain, node, regs);
    const struct holding *reached = NULL;
    for (size_t i = 0; i < explain->holding_count && !explain->is_owned[node]; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (!holding->is_by_page && range_overlaps(&holding->pages, regs->base, regs->size)) {
            reached = holding;
        }
    }
    if (reached != NULL) {
        print_line(out, subject, "%s; %s reaches it, which has %s", text, reached->who,
                   reached->how);
    } else {
        print_line(out, subject, "%s", text);
    }
    free(text);
}

/* ---- PAs ---- */

static void print_ram(const struct explain *explain, const char *subject, uint64_t pa, FILE *out)
{
    bool is_held = false;
    for (size_t i = 0; i < explain->holding_count; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (range_overlaps(&holding->pages, pa, 1)) {
            print_line(out, subject, "%s: RAM: %s", holding->who, holding->how);
            is_held = true;
        }
    }
    for (size_t i = 0; i < explain->board->reserved_count; i++) {
        const struct range *range = &explain->board->reserved[i];
        if (range_overlaps(range, pa, 1)) {
            print_line(out, subject,
                       "the firmware: RAM that the board sets aside, 0x%" PRIx64 "..0x%" PRIx64,
                       range->base, range->base + range->size - 1);
            is_held = true;
        }
    }
    if (!is_held) {
        print_line(out, subject, "%s",
                   explain->remedy == REMEDY_NONE
                       ? "free: RAM"
                       : "free: RAM that nobody is given at a fixed address; `drover build` puts "
                         "the kernel, the programs and the rest there, and its report says where");
    }
}

/* A PA with no registers of any node. */
static void print_gap(const struct explain *explain, const char *subject, uint64_t pa, FILE *out)
{
    bool is_held = false;
    for (size_t i = 0; i < explain->holding_count; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (range_overlaps(&holding->pages, pa, 1)) {
            print_line(out, subject,
                       "%s: no node of the board's tree has registers at this byte; it has %s",
                       holding->who, holding->how);
            is_held = true;
        }
    }
    if (!is_held) {
        print_line(out, subject, "nobody: no node of the board's tree has registers at this byte");
    }
}

/* Prints, of the places in the page, those at the byte or the others; returns whether there were
 * any. The most precise comes first, as in the guest table. */
static bool print_places(const struct explain *explain, const char *subject, uint64_t pa,
                         bool at_byte, FILE *out)
{
    uint64_t page = pa & -(uint64_t)PAGE_SIZE_4K;
    bool is_any = false;
    for (size_t i = explain->places.count; i-- > 0;) {
        const struct place *place = &explain->places.entries[i];
        if (!range_overlaps(&place->range, page, PAGE_SIZE_4K) ||
            range_overlaps(&place->range, pa, 1) != at_byte) {
            continue;
        }
        const struct range byte = {.base = pa, .size = 1};
        char *other = explain_text("%s, same page, 0x%" PRIx64 "..0x%" PRIx64, subject,
                                   place->range.base, place->range.base + place->range.size - 1);
        print_regs(explain, at_byte ? subject : other, place->node, at_byte ? &byte : &place->range,
                   out);
        free(other);
        is_any = true;
    }
    return is_any;
}

void explain_pa(const struct explain *explain, uint64_t pa, FILE *out)
{
    char *subject = explain_text("0x%" PRIx64, pa);
    if (board_memory_touches(explain->board, pa, 1)) {
        print_ram(explain, subject, pa, out);
    } else {
        if (!print_places(explain, subject, pa, true, out)) {
            print_gap(explain, subject, pa, out);
        }
        print_places(explain, subject, pa, false, out);
    }
    free(subject);
}

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
            bool is_also = is_owned && !line->is_owned;
            print_line(out, subject, "%s%s",
                       is_also ? "raised as well, but not given for it, by " : "", line->text);
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
        print_line(out, subject, "%s",
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
        print_regs(explain, subject, node, regs, out);
        free(subject);
        is_any = true;
    }
    struct devirqs irqs;
    devnode_irqs(explain->devtree, node, &irqs);
    for (size_t i = 0; i < irqs.count; i++) {
        const struct devirq *irq = &irqs.entries[i];
        char *entry = explain_text("entry %zu of \"%s\"", irq->index, irq->property);
        if (irq->problem != NULL) {
            print_line(out, entry, "of %s: cannot be told: %s", devnode->path, irq->problem);
        } else if (!irq->is_gic) {
            print_line(out, entry, "of %s: raised at %s, whose driver passes it on", devnode->path,
                       explain->devtree->nodes[irq->controller].path);
        } else {
            char *subject = irq_subject(irq->intid);
            print_lines(explain, subject, irq->intid, node, out);
            free(subject);
        }
        free(entry);
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
        print_line(out, devnode->path, "%s", explain->texts[node]);
    } else if (explain->classes[node].keeper != KEEPER_NONE || devnode->is_bus) {
        char *text = text_of(explain, node, &(struct range){0});
        print_line(out, devnode->path, "%s", text);
        free(text);
    } else if (device != node && device != 0) {
        print_line(out, devnode->path, "part of %s, whose owner has it",
                   devtree->nodes[device].path);
    } else {
        print_line(out, devnode->path,
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
