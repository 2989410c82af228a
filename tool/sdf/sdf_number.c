/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers of a description.
 */
#include "sdf_number.h"

#include <ctype.h>
#include <stdbool.h>

enum number_parsed number_parse(const char *text, uint64_t *number)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t base = hexadecimal ? 16 : 10;
    bool any_digit = false;
    bool overflow = false;
    *number = 0;
    for (const char *c = text + (hexadecimal ? 2 : 0); *c != '\0'; c++) {
        if (*c == '_') {
            continue;
        }
        uint64_t digit = isdigit((unsigned char)*c)    ? (uint64_t)(*c - '0')
                         : isxdigit((unsigned char)*c) ? (uint64_t)(tolower(*c) - 'a' + 10)
                                                       : base;
        if (digit >= base) {
            return NUMBER_NONE;
        }
        overflow = overflow || __builtin_mul_overflow(*number, base, number) ||
                   __builtin_add_overflow(*number, digit, number);
        any_digit = true;
    }
    return !any_digit ? NUMBER_NONE : overflow ? NUMBER_TOO_LARGE : NUMBER_PARSED;
}
