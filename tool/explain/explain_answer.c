/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the answers have in common: lines, and whose the registers of a node are.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "alloc.h"
#include "explain.h"

void explain_line(FILE *out, const char *subject, const char *format, ...)
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

struct ownertext explain_about(const struct explain *explain)
{
    return (struct ownertext){.devtree = explain->devtree,
                              .classes = explain->classes,
                              .board = explain->board,
                              .remedy = explain->remedy};
}

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

char *explain_text_of(const struct explain *explain, size_t node, const struct range *regs)
{
    const struct ownertext about = explain_about(explain);
    if (explain->texts[node] != NULL) {
        return explain_text("%s", explain->texts[node]);
    }
    char *text = text_by_page(explain, node, regs);
    return text != NULL ? text : ownertext_node(&about, node, false);
}

void explain_regs(const struct explain *explain, const char *subject, size_t node,
                  const struct range *regs, FILE *out)
{
    char *text = explain_text_of(explain, node, regs);
    const struct holding *reached = NULL;
    for (size_t i = 0; i < explain->holding_count && reached == NULL; i++) {
        const struct holding *holding = &explain->holdings[i];
        if (!holding->is_by_page && !explain->is_owned[node] &&
            range_overlaps(&holding->pages, regs->base, regs->size)) {
            reached = holding;
        }
    }
    if (reached != NULL) {
        explain_line(out, subject, "%s; %s reaches it all the same, by %s", text, reached->who,
                     reached->how);
    } else {
        explain_line(out, subject, "%s", text);
    }
    free(text);
}
