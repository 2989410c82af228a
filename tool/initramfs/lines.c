/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of a recipe or of a list of modules.
 */
#include "lines.h"

#include <string.h>

#include "diag.h"
#include "file.h"

/* A NUL would end the text for whoever takes it for a string. */
static bool has_no_nul(const struct source_text *text, const char *path)
{
    struct source at = {.file = path, .line = 1};
    size_t size = strlen(text->bytes);
    for (size_t i = 0; i < size; i++) {
        at.line += text->bytes[i] == '\n';
    }
    if (size < text->size) {
        diag_error(&at, "a NUL byte; a text was expected");
    }
    return size == text->size;
}

bool lines_open(struct lines *lines, const char *path, const char *what)
{
    struct file file;
    *lines = (struct lines){.at = {.file = path}};
    if (!file_map(&file, path, NULL)) {
        return false;
    }
    bool is_sound = file.size > 0 && file.size <= SOURCE_SIZE_MAX;
    if (is_sound) {
        source_text_init(&lines->text, path, (const char *)file.bytes, file.size);
        is_sound = has_no_nul(&lines->text, path) && source_text_check(&lines->text);
    } else {
        diag_error(&lines->at, "it has %zu bytes; %s of 1 to %d bytes was expected", file.size,
                   what, SOURCE_SIZE_MAX);
    }
    file_unmap(&file);
    lines->rest = lines->text.bytes;
    if (!is_sound) {
        lines_close(lines);
    }
    return is_sound;
}

char *lines_next(struct lines *lines)
{
    char *line;
    while ((line = strsep(&lines->rest, "\n")) != NULL) {
        lines->at.line++;
        line += strspn(line, LINES_BLANKS);
        if (*line != '\0' && *line != '#') {
            return line;
        }
    }
    return NULL;
}

void lines_close(struct lines *lines)
{
    source_text_free(&lines->text);
    *lines = (struct lines){0};
}
