/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The list of what `drover check` has found.
 */
#include "check_finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

#define TEXT_SIZE 1024

/* The text that `format` makes, allocated; cut where it is too long. */
static char *print(const char *format, va_list arguments)
{
    char text[TEXT_SIZE];
    vsnprintf(text, sizeof(text), format, arguments);
    return alloc_checked(strdup(text));
}

/* Whether the last item says the same already. */
static bool is_said(const struct check_finding *finding, const struct source *source,
                    const char *node, const char *text)
{
    if (finding->item_count == 0) {
        return false;
    }
    const struct check_item *last = &finding->items[finding->item_count - 1];
    return last->source.line == (source == NULL ? 0 : source->line) &&
           strcmp(last->text, text) == 0 && (last->node == NULL) == (node == NULL) &&
           (node == NULL || strcmp(last->node, node) == 0);
}

void check_item_add(struct check_finding *finding, const struct source *source, const char *node,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = print(format, arguments);
    va_end(arguments);
    bool said = is_said(finding, source, node, text);
    finding->item_total += !said;
    if (said || finding->item_count == CHECK_ITEM_MAX) {
        free(text);
        return;
    }
    finding->items = alloc_grow(finding->items, finding->item_count, &finding->item_capacity,
                                sizeof(*finding->items));
    finding->items[finding->item_count++] = (struct check_item){
        .source = source == NULL ? (struct source){0} : *source,
        .node = node == NULL ? NULL : alloc_checked(strdup(node)),
        .text = text,
    };
}

void check_finding_drop(struct check_finding *finding)
{
    for (size_t i = 0; i < finding->item_count; i++) {
        free(finding->items[i].node);
        free(finding->items[i].text);
    }
    free(finding->items);
    free(finding->text);
    *finding = (struct check_finding){0};
}

void check_finding_add(struct check_findings *findings, struct check_finding *finding,
                       enum check_code code, const char *format, ...)
{
    if (finding->item_count == 0) {
        return;
    }
    findings->total++;
    if (findings->count == CHECK_FINDING_MAX) {
        check_finding_drop(finding);
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    finding->text = print(format, arguments);
    va_end(arguments);
    finding->code = code;
    for (size_t i = 0; i < finding->item_count && finding->source.line == 0; i++) {
        finding->source = finding->items[i].source;
    }
    findings->list =
        alloc_grow(findings->list, findings->count, &findings->capacity, sizeof(*findings->list));
    findings->list[findings->count++] = *finding;
    *finding = (struct check_finding){0};
}

/* By code, then by line; qsort() is not stable, but no two findings of a code begin on one line
 * without differing in their text. */
static int compare(const void *left, const void *right)
{
    const struct check_finding *a = left, *b = right;
    if (a->code != b->code) {
        return a->code < b->code ? -1 : 1;
    }
    if (a->source.line != b->source.line) {
        return a->source.line < b->source.line ? -1 : 1;
    }
    return strcmp(a->text, b->text);
}

void check_findings_sort(struct check_findings *findings)
{
    if (findings->count > 0) {
        qsort(findings->list, findings->count, sizeof(*findings->list), compare);
    }
}

void check_findings_free(struct check_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        check_finding_drop(&findings->list[i]);
    }
    free(findings->list);
    *findings = (struct check_findings){0};
}
