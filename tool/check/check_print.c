/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What `drover check` prints for people: a line for each finding, and below it what it is about.
 */
#include <stdarg.h>
#include <string.h>

#include "check.h"

#define SHOWN_MAX   20 /* items of a finding, without -v */
#define COUNTED_MAX 8  /* items of one that counts them: more are not listed at all */

/* Prints a line without the control characters that a file might have brought in. */
__attribute__((format(printf, 2, 3))) static void print(FILE *out, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    fprintf(out, "%s\n", text);
}

static void print_item(const struct check_finding *finding, const struct check_item *item,
                       FILE *out)
{
    char place[512] = "";
    const char *node = item->node == NULL ? "" : item->node;
    const char *between = node[0] != '\0' && item->text[0] != '\0' ? ": " : "";
    if (item->source.line != 0 && finding->source.file != NULL &&
        strcmp(item->source.file, finding->source.file) != 0) {
        snprintf(place, sizeof(place), "%.400s:%u: ", item->source.file, item->source.line);
    } else if (item->source.line != 0) {
        snprintf(place, sizeof(place), "line %u: ", item->source.line);
    }
    print(out, "    %s%.1100s%s%s", place, node, between, item->text);
}

/* Of a finding that counts its nodes, the list is long and says little: -v shows it. */
static size_t shown_count(const struct check_finding *finding, bool verbose)
{
    if (verbose) {
        return finding->item_count;
    }
    if (finding->code == CHECK_DISABLED_GRANTED && finding->item_count > COUNTED_MAX) {
        return 0;
    }
    return finding->item_count < SHOWN_MAX ? finding->item_count : SHOWN_MAX;
}

static void print_finding(const struct check_finding *finding, const char *path, bool verbose,
                          FILE *out)
{
    const char *file = finding->source.file == NULL ? path : finding->source.file;
    if (finding->source.line == 0) {
        print(out, "%s: %s %s: %s; %s", file,
              check_severity_name(check_code_severity(finding->code)),
              check_code_name(finding->code), finding->text, check_code_remedy(finding->code));
    } else {
        print(out, "%s:%u: %s %s: %s; %s", file, finding->source.line,
              check_severity_name(check_code_severity(finding->code)),
              check_code_name(finding->code), finding->text, check_code_remedy(finding->code));
    }
    size_t shown = shown_count(finding, verbose);
    for (size_t i = 0; i < shown; i++) {
        print_item(finding, &finding->items[i], out);
    }
    if (shown < finding->item_total) {
        print(out, "    %s%zu%s (-v lists them)", shown == 0 ? "" : "and ",
              finding->item_total - shown, shown == 0 ? " nodes" : " more");
    }
}

static void print_count(FILE *out, size_t count, const char *what)
{
    if (count != 0) {
        fprintf(out, ", %zu %s%s", count, what,
                count == 1 || strcmp(what, "accepted") == 0 ? "" : "s");
    }
}

void check_print(const struct check *check, const char *path, bool verbose, FILE *out)
{
    size_t counts[2] = {0}, accepted = 0;
    for (size_t i = 0; i < check->findings.count; i++) {
        const struct check_finding *finding = &check->findings.list[i];
        if (finding->accepted != NULL) {
            accepted++;
            continue;
        }
        counts[check_code_severity(finding->code)]++;
        print_finding(finding, path, verbose, out);
    }
    size_t count = counts[CHECK_ERROR] + counts[CHECK_WARNING];
    if (count == 0) {
        fputs("no findings", out);
    } else {
        fprintf(out, "%zu finding%s", count, count == 1 ? "" : "s");
    }
    print_count(out, counts[CHECK_ERROR], "error");
    print_count(out, counts[CHECK_WARNING], "warning");
    print_count(out, accepted, "accepted");
    print_count(out, check->findings.total - check->findings.count, "not kept finding");
    fputc('\n', out);
}
