/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory of the tool's own data. The tool is a short-lived program: where the host has no memory
 * left it says so and exits, so that callers need no path for it.
 */
#pragma once

#include <stddef.h>

/* Returns `count` zeroed elements of `size` bytes; the caller frees them. Never returns NULL. */
void *alloc_array(size_t count, size_t size);

/*
 * Returns `array` with room for at least one element more than `count`, growing it and `*capacity`
 * where needed. `array` may be NULL while `*capacity` is 0. Never returns NULL.
 */
void *alloc_grow(void *array, size_t count, size_t *capacity, size_t size);

/* Returns `memory`, which somebody else has allocated; exits with a message if it is NULL. */
void *alloc_checked(void *memory);
