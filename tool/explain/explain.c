/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known of who has what, before any question is asked.
 */
#include "explain.h"

#include <stdarg.h>
#include <stdlib.h>

#include "alloc.h"

/* Lists the interrupts that can be told. */
static void list_raised(struct explain *explain)
{
    for (size_t i = 1; i < explain->devtree->node_count; i++) {
        struct devirqs irqs;
        devnode_irqs(explain->devtree, i, &irqs);
        for (size_t k = 0; k < irqs.count; k++) {
            if (irqs.entries[k].problem != NULL || !irqs.entries[k].is_gic) {
                continue;
            }
            explain->raised = alloc_grow(explain->raised, explain->raised_count,
                                         &explain->raised_capacity, sizeof(*explain->raised));
            explain->raised[explain->raised_count++] =
                (struct raised){.node = i, .irq = irqs.entries[k]};
        }
        free(irqs.entries);
    }
}

void explain_open(struct explain *explain, const struct devtree *devtree, const struct board *board)
{
    *explain = (struct explain){.devtree = devtree, .board = board};
    explain->classes = alloc_array(devtree->node_count, sizeof(*explain->classes));
    explain->texts = alloc_array(devtree->node_count, sizeof(*explain->texts));
    explain->is_owned = alloc_array(devtree->node_count, sizeof(*explain->is_owned));
    for (size_t i = 0; i < devtree->node_count; i++) {
        explain->classes[i] = devclass_of(devtree, i);
    }
    explain->places = places_list(devtree, board);
    list_raised(explain);
}

void explain_close(struct explain *explain)
{
    for (size_t i = 0; i < explain->holding_count; i++) {
        free(explain->holdings[i].who);
        free(explain->holdings[i].how);
        free(explain->holdings[i].ram_text);
    }
    for (size_t i = 0; i < explain->line_count; i++) {
        free(explain->lines[i].text);
    }
    for (size_t i = 0; i < explain->devtree->node_count; i++) {
        free(explain->texts[i]);
    }
    free(explain->classes);
    free(explain->texts);
    free(explain->is_owned);
    free(explain->places.entries);
    free(explain->raised);
    free(explain->holdings);
    free(explain->lines);
}

void explain_add_holding(struct explain *explain, const struct holding *holding)
{
    explain->holdings = alloc_grow(explain->holdings, explain->holding_count,
                                   &explain->holding_capacity, sizeof(*explain->holdings));
    explain->holdings[explain->holding_count++] = *holding;
}

void explain_add_line(struct explain *explain, uint32_t intid, size_t node, bool is_owned,
                      char *text)
{
    explain->lines = alloc_grow(explain->lines, explain->line_count, &explain->line_capacity,
                                sizeof(*explain->lines));
    explain->lines[explain->line_count++] =
        (struct line){.intid = intid, .node = node, .is_owned = is_owned, .text = text};
}

char *explain_text(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return alloc_checked(length < 0 ? NULL : text);
}

/* By number, then node. */
static int line_compare(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;
    if (a->intid != b->intid) {
        return a->intid < b->intid ? -1 : 1;
    }
    return (a->node > b->node) - (a->node < b->node);
}

/* By number; what somebody gets comes first. */
static int line_compare_owned(const void *left, const void *right)
{
    const struct line *a = left;
    const struct line *b = right;
    if (a->intid == b->intid && a->is_owned != b->is_owned) {
        return a->is_owned ? -1 : 1;
    }
    return line_compare(left, right);
}

static void lines_sort(struct explain *explain, int (*compare)(const void *, const void *))
{
    if (explain->line_count > 1) {
        qsort(explain->lines, explain->line_count, sizeof(*explain->lines), compare);
    }
}

void explain_finish(struct explain *explain)
{
    const struct ownertext about = explain_about(explain);
    size_t known = explain->line_count;
    lines_sort(explain, line_compare);
    for (size_t i = 0; i < explain->raised_count; i++) {
        const struct raised *raised = &explain->raised[i];
        const struct line key = {.intid = raised->irq.intid, .node = raised->node};
        if (known == 0 || bsearch(&key, explain->lines, known, sizeof(key), line_compare) == NULL) {
            explain_add_line(explain, key.intid, key.node, false,
                             ownertext_irq(&about, key.node, &raised->irq, false));
        }
    }
    lines_sort(explain, line_compare_owned);
}
