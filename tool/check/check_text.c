/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Repairs the text of a description.
 */
#include "check_text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "markup.h"

/* As in sdf_xml.c: the work of libxml2 2.9 grows with the square of the attributes in a tag. */
#define TAG_SIZE_MAX 8192

static const char open_root[] = "<system>", close_root[] = "</system>";

/* A text on its way from `at` to `out`. */
struct repair {
    const struct source_text *text;
    struct check_repairs *repairs;
    const char *at, *end;
    char *out;
    const char *counted; /* up to where `line` has been counted, and the start of that line */
    const char *line_start;
    unsigned line;
    bool has_root; /* the first tag is <system> */
    bool has_tag;
};

void check_repairs_add(struct check_repairs *repairs, struct source source, unsigned column,
                       const char *format, ...)
{
    repairs->total++;
    if (repairs->count == CHECK_REPAIR_MAX) {
        return;
    }
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    repairs->list =
        alloc_grow(repairs->list, repairs->count, &repairs->capacity, sizeof(*repairs->list));
    repairs->list[repairs->count++] = (struct check_repair){
        .source = source, .column = column, .text = source_copy(text, strlen(text))};
}

void check_repairs_free(struct check_repairs *repairs)
{
    for (size_t i = 0; i < repairs->count; i++) {
        free(repairs->list[i].text);
    }
    free(repairs->list);
    *repairs = (struct check_repairs){0};
}

/* Moves the count of lines on to `at`, which is not before the last one asked for. */
static struct source locate(struct repair *repair, const char *at, unsigned *column)
{
    for (; repair->counted < at; repair->counted++) {
        if (*repair->counted == '\n') {
            repair->line++;
            repair->line_start = repair->counted + 1;
        }
    }
    *column = (unsigned)(at - repair->line_start) + 1;
    return source_text_locate(repair->text, repair->line);
}

__attribute__((format(printf, 3, 4))) static void note(struct repair *repair, const char *at,
                                                       const char *format, ...)
{
    char text[256];
    unsigned column;
    va_list arguments;
    struct source source = locate(repair, at, &column);
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    check_repairs_add(repair->repairs, source, column, "%s", text);
}

/* Puts blanks for what stands up to `stop`; lines stay lines. */
static void blank(struct repair *repair, const char *stop)
{
    for (; repair->at < stop; repair->at++) {
        *repair->out++ = *repair->at == '\n' ? '\n' : ' ';
    }
}

static void copy(struct repair *repair, const char *stop)
{
    memcpy(repair->out, repair->at, (size_t)(stop - repair->at));
    repair->out += stop - repair->at;
    repair->at = stop;
}

/* Behind the value without quotes at `at`; `at` itself if it is none. It ends at a blank or the
 * tag's end; one with a quote in it is left for the XML parser to complain about. */
static const char *bare_end(const char *at, const char *stop)
{
    const char *end = at;
    while (end < stop && !isspace((unsigned char)*end) && *end != '>' &&
           !(*end == '/' && end + 1 < stop && end[1] == '>')) {
        if (*end == '"' || *end == '\'' || *end == '<') {
            return at;
        }
        end++;
    }
    return end;
}

static void quote_value(struct repair *repair, const char *stop)
{
    const char *end = bare_end(repair->at, stop);
    if (end == repair->at) {
        return;
    }
    note(repair, repair->at, "%.*s stands without quotes",
         (int)(end - repair->at < 64 ? end - repair->at : 64), repair->at);
    *repair->out++ = '"';
    copy(repair, end);
    *repair->out++ = '"';
}

/* Copies the tag up to `stop`: bare values get quotes, and lines that end in it end behind it. */
static void take_tag(struct repair *repair, const char *stop)
{
    char quote = '\0';
    size_t newlines = 0;
    while (repair->at < stop) {
        char c = *repair->at++;
        newlines += c == '\n';
        *repair->out++ = c == '\n' ? ' ' : c;
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '=') {
            for (; repair->at < stop && isspace((unsigned char)*repair->at); repair->at++) {
                newlines += *repair->at == '\n';
                *repair->out++ = ' ';
            }
            quote_value(repair, stop);
        }
    }
    memset(repair->out, '\n', newlines);
    repair->out += newlines;
}

/* Behind the document type at `at`, whose [ ] may hold anything. */
static const char *type_end(const char *at, const char *end)
{
    size_t depth = 0;
    for (; at < end; at++) {
        depth += *at == '[';
        if (*at == ']' && depth > 0) {
            depth--;
        }
        if (*at == '>' && depth == 0) {
            return at + 1;
        }
    }
    return end;
}

static bool starts(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* Takes the comment up to `next`. No rule reads it; one that is none of XML's becomes blanks, as
 * libxml2 copies the whole of it for each of its mistakes. */
static void take_comment(struct repair *repair, const char *next)
{
    const size_t marks = strlen("<!--") + strlen("-->");
    const char *at = repair->at;
    size_t size = (size_t)(next - at);
    if (size < marks || memcmp(next - 3, "-->", 3) != 0) {
        note(repair, at, "a comment that is not closed");
        blank(repair, next);
    } else if (memmem(at + 4, size - marks + 1, "--", 2) != NULL) { /* "--->" is wrong as well */
        note(repair, at, "a comment with \"--\" in it");
        blank(repair, next);
    } else {
        copy(repair, next);
    }
}

static void take_markup(struct repair *repair)
{
    const char *at = repair->at, *next;
    switch (markup_next(at, repair->end, &next)) {
    case MARKUP_COMMENT:
        take_comment(repair, next);
        return;
    case MARKUP_INSTRUCTION: /* an XML declaration may stand too late by now */
        blank(repair, next);
        return;
    case MARKUP_TAG:
        break;
    default:
        copy(repair, next);
        return;
    }
    if (starts(at, repair->end, "<!")) {
        note(repair, at, "a document type or a part of one");
        blank(repair, type_end(at, repair->end));
    } else if (next - at > TAG_SIZE_MAX) {
        note(repair, at, "a tag of %td bytes; a quote is missing", next - at);
        blank(repair, next);
    } else {
        if (!repair->has_tag) {
            const char *behind = at + strlen("<system");
            repair->has_tag = true;
            repair->has_root =
                starts(at, repair->end, "<system") && behind < repair->end &&
                (isspace((unsigned char)*behind) || *behind == '>' || *behind == '/');
        }
        take_tag(repair, next);
    }
}

/* Text between tags: what the C preprocessor would take out becomes blanks. */
static void take_text(struct repair *repair)
{
    bool line_start = repair->at == repair->text->bytes || repair->at[-1] == '\n';
    while (repair->at < repair->end && *repair->at != '<') {
        if (starts(repair->at, repair->end, "/*")) {
            note(repair, repair->at, "a comment of C");
            const char *close =
                memmem(repair->at + 2, (size_t)(repair->end - repair->at - 2), "*/", 2);
            blank(repair, close == NULL ? repair->end : close + 2);
        } else if (line_start && *repair->at == '#') {
            const char *newline = memchr(repair->at, '\n', (size_t)(repair->end - repair->at));
            note(repair, repair->at, "a line for the C preprocessor");
            blank(repair, newline == NULL ? repair->end : newline);
        } else {
            line_start = *repair->at == '\n' || (line_start && isblank((unsigned char)*repair->at));
            *repair->out++ = *repair->at++;
        }
    }
}

/* Bytes that the result can have at most: two quotes for each value, and for each line that ends in
 * a tag a blank there and the end of the line behind it. */
static size_t size_max(const struct source_text *text)
{
    size_t more = 0;
    for (size_t i = 0; i < text->size; i++) {
        more += text->bytes[i] == '=' ? 2 : text->bytes[i] == '\n' ? 1 : 0;
    }
    return text->size + more + sizeof(open_root) + sizeof(close_root);
}

void check_text_repair(struct source_text *text, struct check_repairs *repairs)
{
    char *bytes = alloc_array(size_max(text), 1);
    const size_t room = strlen(open_root); /* kept free for the root, if it is missing */
    memset(bytes, ' ', room);
    struct repair repair = {.text = text,
                            .repairs = repairs,
                            .at = text->bytes,
                            .end = text->bytes + text->size,
                            .out = bytes + room,
                            .counted = text->bytes,
                            .line_start = text->bytes,
                            .line = 1};
    while (repair.at < repair.end) {
        if (*repair.at == '<') {
            take_markup(&repair);
        } else {
            take_text(&repair);
        }
    }
    if (!repair.has_root) {
        check_repairs_add(repairs, source_text_locate(text, 1), 1, "no <system> around it");
        memcpy(bytes, open_root, room);
        repair.out = stpcpy(repair.out, close_root);
    }
    *repair.out = '\0';
    free(text->bytes);
    text->bytes = bytes;
    text->size = (size_t)(repair.out - bytes);
}
