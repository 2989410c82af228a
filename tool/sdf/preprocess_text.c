/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What is done to the text of a description before and after the C preprocessor, which knows
 * nothing of XML.
 */
#include "preprocess.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "markup.h"

static bool starts(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* The first byte behind the next `word` from `at` on, or `end` if there is none. */
static char *skip_past(char *at, char *end, const char *word)
{
    char *found = memmem(at, (size_t)(end - at), word, strlen(word));
    return found == NULL ? end : found + strlen(word);
}

/* Blanks `at` up to `stop`; newlines stay. */
static void blank(char *at, const char *stop)
{
    for (; at < stop; at++) {
        if (*at != '\n') {
            *at = ' ';
        }
    }
}

void preprocess_hide_comments(struct source_text *text)
{
    char *end = text->bytes + text->size;
    bool line_start = true;
    for (char *at = text->bytes; at < end;) {
        if (*at == '<') {
            const char *next;
            if (markup_next(at, end, &next) == MARKUP_COMMENT && starts(next - 3, end, "-->")) {
                blank(at, next);
            }
            at += next - at;
            line_start = false;
        } else if (starts(at, end, "/*")) {
            at = skip_past(at + 2, end, "*/");
        } else if (starts(at, end, "//") || (line_start && *at == '#')) {
            at = skip_past(at, end, "\n");
            line_start = true;
        } else {
            line_start = *at == '\n' || (line_start && isblank((unsigned char)*at));
            at++;
        }
    }
}

char *preprocess_file(const char *path, const char *name, size_t length)
{
    if (length == strlen("<stdin>") && memcmp(name, "<stdin>", length) == 0) {
        return source_copy(path, strlen(path));
    }
    if (length > 2 && memcmp(name, "./", 2) == 0) {
        name += 2;
        length -= 2;
    }
    const char *slash = strrchr(path, '/');
    bool beside = length > 0 && name[0] != '/' && name[0] != '<' && slash != NULL;
    size_t directory = beside ? (size_t)(slash - path) + 1 : 0;
    char *file = alloc_array(directory + length + 1, 1);
    memcpy(file, path, directory);
    memcpy(file + directory, name, length);
    return file;
}

/*
 * If the line from `at` to `line_end` is a line marker (# LINE "FILE" FLAGS), records it for the
 * line that follows it, `text_line`, and returns true. In FILE, \ stands before \ and ".
 */
static bool take_marker(struct source_text *text, const char *path, unsigned text_line, char *at,
                        char *line_end)
{
    if (line_end - at < 3 || at[0] != '#' || at[1] != ' ' || !isdigit((unsigned char)at[2])) {
        return false;
    }
    char *digits_end;
    unsigned long line = strtoul(at + 2, &digits_end, 10);
    if (!starts(digits_end, line_end, " \"")) {
        return false;
    }
    char *name = digits_end + 2;
    size_t length = 0;
    char *from = name;
    for (; from < line_end && *from != '"'; from++) {
        from += *from == '\\' && from + 1 < line_end;
        name[length++] = *from;
    }
    char *file = preprocess_file(path, name, length);
    source_text_mark(text, text_line, file, strlen(file), (unsigned)line);
    free(file);
    return true;
}

static void take_markers(struct source_text *text, const char *path)
{
    char *end = text->bytes + text->size;
    unsigned line = 1;
    for (char *at = text->bytes; at < end; line++) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        char *line_end = newline == NULL ? end : newline;
        if (take_marker(text, path, line + 1, at, line_end)) {
            blank(at, line_end);
        }
        at = newline == NULL ? end : newline + 1;
    }
}

static void hide_declaration(struct source_text *text)
{
    char *end = text->bytes + text->size;
    char *at = text->bytes;
    while (at < end && isspace((unsigned char)*at)) {
        at++;
    }
    if (starts(at, end, "<?xml ") || starts(at, end, "<?xml\t") || starts(at, end, "<?xml\n")) {
        blank(at, skip_past(at, end, "?>"));
    }
}

/*
 * Length of the value without quotes at `at`, 0 if there is none: it ends at a blank or the tag's
 * end, and a quote or a `<` in it leaves it to the XML parser to complain.
 */
static size_t bare_length(const char *at, const char *end)
{
    const char *stop = at;
    while (stop < end && !isspace((unsigned char)*stop) && *stop != '>' &&
           !starts(stop, end, "/>")) {
        if (*stop == '"' || *stop == '\'' || *stop == '<') {
            return 0;
        }
        stop++;
    }
    return (size_t)(stop - at);
}

/* Copies the tag from `at` to `stop` to `out` with bare attribute values quoted; returns the new
 * end of `out`. */
static char *quote_tag(char *out, const char *at, const char *stop)
{
    char quote = '\0';
    while (at < stop) {
        char c = *at++;
        *out++ = c;
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '=') {
            while (at < stop && isspace((unsigned char)*at)) {
                *out++ = *at++;
            }
            size_t length = bare_length(at, stop);
            if (length > 0) {
                *out++ = '"';
                memcpy(out, at, length);
                out += length;
                at += length;
                *out++ = '"';
            }
        }
    }
    return out;
}

static void quote_values(struct source_text *text)
{
    size_t equals = 0;
    for (size_t i = 0; i < text->size; i++) {
        equals += text->bytes[i] == '=';
    }
    char *quoted = alloc_array(text->size + 2 * equals + 1, 1);
    char *out = quoted;
    char *end = text->bytes + text->size;
    for (char *at = text->bytes; at < end;) {
        const char *stop;
        if (markup_next(at, end, &stop) == MARKUP_TAG) {
            out = quote_tag(out, at, stop);
        } else {
            memcpy(out, at, (size_t)(stop - at));
            out += stop - at;
        }
        at += stop - at;
    }
    free(text->bytes);
    text->bytes = quoted;
    text->size = (size_t)(out - quoted);
}

void preprocess_take_output(struct source_text *text, const char *path, const char *output,
                            size_t size)
{
    source_text_init(text, path, output, size);
    take_markers(text, path);
    hide_declaration(text);
    quote_values(text);
}
