/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers of a description: decimal, or hexadecimal behind 0x; a `_` may stand anywhere.
 */
#pragma once

#include <stdint.h>

enum number_parsed {
    NUMBER_PARSED,
    NUMBER_NONE,      /* the text is none */
    NUMBER_TOO_LARGE, /* it does not fit 64 bits */
};

enum number_parsed number_parse(const char *text, uint64_t *number);
