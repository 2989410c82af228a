/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the author of a description has thought about and stands by: comments of the form
 *     <!-- drover check: accept C13, C14: the guest is trusted with the clocks -->
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check_finding.h"
#include "check_model.h"
#include "diag.h"
#include "markup.h"

#define ACCEPTANCE_MAX 256

static const char prefix[] = "drover check: accept ";

/* Makes one line of a reason. */
static char *reason_make(const char *text)
{
    char *reason = source_copy(text, strlen(text));
    size_t length = 0;
    for (; *text != '\0'; text++) {
        bool is_blank = isspace((unsigned char)*text);
        if (!is_blank) {
            reason[length++] = *text;
        } else if (length > 0 && reason[length - 1] != ' ') {
            reason[length++] = ' ';
        }
    }
    length -= length > 0 && reason[length - 1] == ' ';
    reason[length] = '\0';
    return reason;
}

static void add(struct check_model *model, struct source source, const char *code, size_t length,
                const char *reason)
{
    if (model->acceptance_count == ACCEPTANCE_MAX) {
        return;
    }
    model->acceptances = alloc_grow(model->acceptances, model->acceptance_count,
                                    &model->acceptance_capacity, sizeof(*model->acceptances));
    model->acceptances[model->acceptance_count++] = (struct check_acceptance){
        .source = source, .code = source_copy(code, length), .reason = reason_make(reason)};
}

/* Adds the codes up to `end`. */
static void add_codes(struct check_model *model, struct source source, const char *codes,
                      const char *end, const char *reason)
{
    static const char between[] = ", \t\r\n";
    for (codes += strspn(codes, between); codes < end; codes += strspn(codes, between)) {
        size_t length = strcspn(codes, ",: \t\r\n");
        add(model, source, codes, length, reason);
        codes += length;
    }
}

bool check_accept_add(struct check_model *model, const char *codes)
{
    size_t first = model->acceptance_count;
    add_codes(model, (struct source){0}, codes, codes + strcspn(codes, ":"), "--accept");
    for (size_t i = first; i < model->acceptance_count; i++) {
        enum check_code code;
        const char *name = model->acceptances[i].code;
        if (!check_code_find(name, &code) || !check_code_is_acceptable(code)) {
            diag_error(NULL,
                       "--accept \"%.64s\": no code of a finding that can be accepted, such as C13",
                       name);
            return false;
        }
    }
    return true;
}

/* Takes the codes and the reason out of `text`, what stands between the marks of a comment. */
static void read_comment(struct check_model *model, struct source source, const char *text)
{
    text += strspn(text, " \t\r\n");
    if (strncmp(text, prefix, strlen(prefix)) != 0) {
        return;
    }
    text += strlen(prefix);
    const char *codes_end = text + strcspn(text, ":");
    const char *reason = *codes_end == ':' ? codes_end + 1 : codes_end;
    add_codes(model, source, text, codes_end, reason);
}

void check_accept_scan(struct check_model *model, const struct source_text *text, const char *path)
{
    const char *end = text->bytes + text->size, *next;
    struct source source = {.file = path, .line = 1};
    for (const char *at = text->bytes; at < end; at = next) {
        if (markup_next(at, end, &next) == MARKUP_COMMENT && next - at >= 7) {
            char *inside = source_copy(at + 4, (size_t)(next - at) - 7);
            read_comment(model, source, inside);
            free(inside);
        }
        for (const char *c = at; c < next; c++) {
            source.line += *c == '\n';
        }
    }
}
