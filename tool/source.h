/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of a description and where each of its lines comes from. Straight from a file, line n is
 * line n; out of the preprocessor, line markers say which author's file and line it was.
 */
#pragma once

#include "system.h"

/* A description larger than this (bytes, after preprocessing) is refused: the largest known ones
 * are a tenth of it. */
#define SOURCE_SIZE_MAX 0x100000

/* From line `text_line` of the text on, lines come from `source` on. */
struct source_mark {
    unsigned text_line;
    struct source source;
};

struct source_text {
    char *bytes;               /* NUL-terminated */
    size_t size;               /* bytes, without that NUL */
    struct source_mark *marks; /* by ascending text_line; the first one is for line 1 */
    size_t mark_count, mark_capacity;
    char **files; /* every name that a struct source may point to */
    size_t file_count, file_capacity;
};

/* Makes a text of `size` copied bytes that stand in the file `path`. */
void source_text_init(struct source_text *text, const char *path, const char *bytes, size_t size);

/* Makes a text of the file `path`. Reports what hinders it, and returns false. */
bool source_text_load(struct source_text *text, const char *path);

/* Reports a text that is empty, too large or not UTF-8, and returns false. */
bool source_text_check(const struct source_text *text);

/* Says that from `text_line` on, lines come from line `line` on of `file` (its first `length`
 * characters). Calls come by ascending text_line. */
void source_text_mark(struct source_text *text, unsigned text_line, const char *file, size_t length,
                      unsigned line);

/* Where line `text_line` (1 is the first) of the text comes from. */
struct source source_text_locate(const struct source_text *text, unsigned text_line);

void source_text_free(struct source_text *text);

/* A copy of the first `length` bytes of `text`, which the caller frees. */
char *source_copy(const char *text, size_t length);
