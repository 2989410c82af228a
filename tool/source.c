/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of a description and where each of its lines comes from.
 */
#include "source.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "file.h"
#include "utf8.h"

void source_text_init(struct source_text *text, const char *path, const char *bytes, size_t size)
{
    *text = (struct source_text){.size = size};
    text->bytes = alloc_array(size + 1, 1);
    if (size > 0) {
        memcpy(text->bytes, bytes, size);
    }
    source_text_mark(text, 1, path, strlen(path), 1);
}

static bool check_size(const char *path, size_t size)
{
    struct source at = {.file = path};
    if (size == 0) {
        diag_error(&at, "the description is empty; a <system> element was expected");
        return false;
    }
    if (size > SOURCE_SIZE_MAX) {
        diag_error(&at, "the description is larger than %d bytes; is it the right file?",
                   SOURCE_SIZE_MAX);
        return false;
    }
    return true;
}

bool source_text_load(struct source_text *text, const char *path)
{
    struct file file;
    if (!file_map(&file, path, NULL)) {
        return false;
    }
    bool good = check_size(path, file.size);
    if (good) {
        source_text_init(text, path, (const char *)file.bytes, file.size);
    }
    file_unmap(&file);
    return good;
}

bool source_text_check(const struct source_text *text)
{
    if (!check_size(text->marks[0].source.file, text->size)) {
        return false;
    }
    unsigned line = 1;
    for (size_t i = 0; i < text->size;) {
        const unsigned char *bytes = (const unsigned char *)text->bytes + i;
        size_t length = utf8_length(bytes, text->size - i);
        if (length == 0) {
            struct source at = source_text_locate(text, line);
            diag_error(&at, "byte 0x%02x is not UTF-8 text; convert the file to UTF-8", *bytes);
            return false;
        }
        line += *bytes == '\n';
        i += length;
    }
    return true;
}

char *source_copy(const char *text, size_t length)
{
    char *copy = alloc_array(length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

static const char *intern(struct source_text *text, const char *file, size_t length)
{
    for (size_t i = 0; i < text->file_count; i++) {
        if (strlen(text->files[i]) == length && memcmp(text->files[i], file, length) == 0) {
            return text->files[i];
        }
    }
    text->files = alloc_grow(text->files, text->file_count, &text->file_capacity, sizeof(char *));
    char *copy = source_copy(file, length);
    text->files[text->file_count++] = copy;
    return copy;
}

void source_text_mark(struct source_text *text, unsigned text_line, const char *file, size_t length,
                      unsigned line)
{
    struct source source = {.file = intern(text, file, length), .line = line};
    text->marks =
        alloc_grow(text->marks, text->mark_count, &text->mark_capacity, sizeof(struct source_mark));
    text->marks[text->mark_count++] =
        (struct source_mark){.text_line = text_line, .source = source};
}

struct source source_text_locate(const struct source_text *text, unsigned text_line)
{
    size_t low = 0;
    size_t high = text->mark_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (text->marks[middle].text_line <= text_line) {
            low = middle;
        } else {
            high = middle;
        }
    }
    const struct source_mark *mark = &text->marks[low];
    struct source source = mark->source;
    source.line += text_line - mark->text_line;
    return source;
}

void source_text_free(struct source_text *text)
{
    for (size_t i = 0; i < text->file_count; i++) {
        free(text->files[i]);
    }
    free(text->files);
    free(text->marks);
    free(text->bytes);
    *text = (struct source_text){0};
}
