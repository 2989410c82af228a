/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The few memory and string functions that a guest needs, also those the compiler calls by itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memset(void *target, int byte, size_t size);
void *memcpy(void *target, const void *source, size_t size);

/* The length of `text`, at most `limit`: `limit` if no NUL stands before it. */
uint32_t string_length(const char *text, uint32_t limit);
bool string_equal(const char *a, const char *b);

/* Whether the blank-separated list `text` holds `word`. `text` may be NULL. */
bool string_has_word(const char *text, const char *word);
