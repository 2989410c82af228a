/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Text in UTF-8, as descriptions and the names in an image have it.
 */
#pragma once

#include <stddef.h>

/*
 * Length of the well-formed UTF-8 sequence at `bytes`, 0 if there is none in the `size` bytes
 * (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing past U+10FFFF).
 */
size_t utf8_length(const unsigned char *bytes, size_t size);
