/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A short text that is put together piece by piece. What does not fit is left out.
 */
#pragma once

#include <stdint.h>

#define TEXT_MAX 160

struct text {
    char bytes[TEXT_MAX]; /* ends with a NUL */
    uint32_t length;      /* without it */
};

void text_clear(struct text *text);
void text_add(struct text *text, const char *string);
/* Up to `max` bytes of a string that may lack its NUL. */
void text_add_bounded(struct text *text, const char *string, uint32_t max);
void text_add_number(struct text *text, uint32_t number);
