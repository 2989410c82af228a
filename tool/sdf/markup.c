/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cuts XML text into pieces.
 */
#include "markup.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *open, *close;
    enum markup kind;
} forms[] = {
    {"<!--", "-->", MARKUP_COMMENT},
    {"<![CDATA[", "]]>", MARKUP_CDATA},
    {"<?", "?>", MARKUP_INSTRUCTION},
};

static const char *tag_end(const char *at, const char *end)
{
    char quote = '\0';
    for (; at < end; at++) {
        if (quote != '\0') {
            quote = *at == quote ? '\0' : quote;
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '>') {
            return at + 1;
        }
    }
    return end;
}

enum markup markup_next(const char *at, const char *end, const char **next)
{
    size_t size = (size_t)(end - at);
    if (*at != '<') {
        const char *found = memchr(at, '<', size);
        *next = found == NULL ? end : found;
        return MARKUP_TEXT;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t length = strlen(forms[i].open);
        if (size >= length && memcmp(at, forms[i].open, length) == 0) {
            const char *close = forms[i].close;
            const char *found = memmem(at + length, size - length, close, strlen(close));
            *next = found == NULL ? end : found + strlen(close);
            return forms[i].kind;
        }
    }
    *next = tag_end(at + 1, end);
    return MARKUP_TAG;
}
