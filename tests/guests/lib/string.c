/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory and string functions; see string.h.
 */
#include "string.h"

void *memset(void *target, int byte, size_t size)
{
    volatile unsigned char *at = target; /* volatile: not to be turned into a call of itself */
    while (size--) {
        *at++ = (unsigned char)byte;
    }
    return target;
}

void *memcpy(void *target, const void *source, size_t size)
{
    volatile unsigned char *to = target;
    const unsigned char *from = source;
    while (size--) {
        *to++ = *from++;
    }
    return target;
}

uint32_t string_length(const char *text, uint32_t limit)
{
    uint32_t length = 0;
    while (length < limit && text[length]) {
        length++;
    }
    return length;
}

bool string_equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool string_has_word(const char *text, const char *word)
{
    while (text && *text) {
        const char *at = word;
        while (*at && *text == *at) {
            text++;
            at++;
        }
        if (!*at && (!*text || *text == ' ')) {
            return true;
        }
        while (*text && *text != ' ') {
            text++;
        }
        while (*text == ' ') {
            text++;
        }
    }
    return false;
}
