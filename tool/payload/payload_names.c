/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of strings, and the bytes and texts of which a payload consists.
 */
#include "payload.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void payload_bytes_free(struct payload_bytes *bytes)
{
    free(bytes->bytes);
    *bytes = (struct payload_bytes){0};
}

void payload_names_add(struct payload_names *list, const char *name)
{
    list->names = alloc_grow(list->names, list->count, &list->capacity, sizeof(*list->names));
    list->names[list->count++] = alloc_checked(strdup(name));
}

static char *text_of(const char *format, va_list arguments)
{
    char *text;
    return alloc_checked(vasprintf(&text, format, arguments) < 0 ? NULL : text);
}

char *payload_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_of(format, arguments);
    va_end(arguments);
    return text;
}

void payload_names_add_format(struct payload_names *list, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_of(format, arguments);
    va_end(arguments);
    payload_names_add(list, text);
    free(text);
}

bool payload_names_has(const struct payload_names *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void payload_names_sort(struct payload_names *list)
{
    if (list->count > 1) {
        qsort(list->names, list->count, sizeof(*list->names), compare_names);
    }
}

char *payload_names_join(const struct payload_names *list, size_t shown)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = alloc_checked(open_memstream(&text, &size));
    for (size_t i = 0; i < list->count && i < shown; i++) {
        fprintf(out, "%s%s", i == 0 ? "" : ", ", list->names[i]);
    }
    if (list->count > shown) {
        fprintf(out, " and %zu more", list->count - shown);
    }
    fclose(out);
    return alloc_checked(text);
}

void payload_names_free(struct payload_names *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->names[i]);
    }
    free(list->names);
    *list = (struct payload_names){0};
}
