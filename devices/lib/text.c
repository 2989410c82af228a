/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "text.h"

void text_clear(struct text *text)
{
    text->length = 0;
    text->bytes[0] = '\0';
}

void text_add_bounded(struct text *text, const char *string, uint32_t max)
{
    for (uint32_t i = 0; i < max && string[i] != '\0' && text->length < TEXT_MAX - 1; i++) {
        text->bytes[text->length++] = string[i];
    }
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_bounded(text, string, TEXT_MAX);
}

void text_add_number(struct text *text, uint32_t number)
{
    char digits[11];
    unsigned first = sizeof(digits) - 1;
    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    text_add(text, &digits[first]);
}
