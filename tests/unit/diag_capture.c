/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Stands in for tool/diag.c in tests: keeps the messages instead of printing them.
 */
#include "diag_capture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char errors[65536];
static char placed[65536]; /* the same, with the places */
static char warnings[65536];
static unsigned error_count;

static void keep(char *text, size_t size, const char *format, va_list arguments)
{
    size_t length = strlen(text);
    vsnprintf(text + length, size - length, format, arguments);
    length = strlen(text);
    snprintf(text + length, size - length, "\n");
}

static void place_keep(const struct source *at)
{
    if (at != NULL && at->file != NULL) {
        const char *slash = strrchr(at->file, '/');
        size_t length = strlen(placed);
        snprintf(placed + length, sizeof(placed) - length,
                 "%s:%u: ", slash == NULL ? at->file : slash + 1, at->line);
    }
}

void diag_error(const struct source *at, const char *format, ...)
{
    va_list arguments;
    place_keep(at);
    va_start(arguments, format);
    keep(placed, sizeof(placed), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    keep(errors, sizeof(errors), format, arguments);
    va_end(arguments);
    error_count++;
}

void diag_warning(const struct source *at, const char *format, ...)
{
    (void)at;
    va_list arguments;
    va_start(arguments, format);
    keep(warnings, sizeof(warnings), format, arguments);
    va_end(arguments);
}

unsigned diag_error_count(void)
{
    return error_count;
}

void diag_capture_reset(void)
{
    errors[0] = '\0';
    placed[0] = '\0';
    warnings[0] = '\0';
    error_count = 0;
}

bool diag_captured_error(const char *text)
{
    return strstr(errors, text) != NULL;
}

bool diag_captured_at(const char *text)
{
    size_t length = strlen(text);
    for (const char *line = placed; *line != '\0'; line += *line == '\n') {
        if (strncmp(line, text, length) == 0) {
            return true;
        }
        line += strcspn(line, "\n");
    }
    return false;
}

bool diag_captured_warning(const char *text)
{
    return strstr(warnings, text) != NULL;
}

const char *diag_captured(void)
{
    return errors;
}
