/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * SHA-256 (FIPS 180-4): says which file it was.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_TEXT_SIZE 65 /* hexadecimal digits and a NUL */

/* Writes the SHA-256 of `size` bytes as lower-case hexadecimal digits. */
void sha256_text(char text[SHA256_TEXT_SIZE], const uint8_t *bytes, size_t size);
