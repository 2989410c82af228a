/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The log's printf: a small formatter onto the debug console, without buffers or a C library.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <libvmm/util/util.h>

#include "platform.h"

#define DIGITS_MAX 20 /* 2^64 - 1 in decimal */

/* How a conversion is written: width, filler, and the length modifier as a count of `l`. */
struct conversion {
    unsigned width;
    char fill;
    unsigned longs;
};

static void put_string(const char *string)
{
    for (const char *at = string != NULL ? string : "(null)"; *at != '\0'; at++) {
        platform_putc(*at);
    }
}

static void put_number(uint64_t value, unsigned base, bool negative, const struct conversion *how)
{
    char digits[DIGITS_MAX];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    unsigned length = count + (negative ? 1 : 0);
    if (negative && how->fill == '0') {
        platform_putc('-');
    }
    for (unsigned i = length; i < how->width; i++) {
        platform_putc(how->fill);
    }
    if (negative && how->fill != '0') {
        platform_putc('-');
    }
    while (count > 0) {
        platform_putc(digits[--count]);
    }
}

/* Reads flag, width and length modifier; returns what follows. */
static const char *conversion_read(const char *at, struct conversion *how)
{
    *how = (struct conversion){.fill = ' '};
    if (*at == '0') {
        how->fill = '0';
        at++;
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        how->width = how->width * 10 + (unsigned)(*at - '0');
    }
    for (; *at == 'l' || *at == 'z'; at++) {
        how->longs++;
    }
    return at;
}

void vmm_printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%') {
            platform_putc(*at);
            continue;
        }
        struct conversion how;
        at = conversion_read(at + 1, &how);
        switch (*at) {
        case 's':
            put_string(va_arg(arguments, const char *));
            break;
        case 'c':
            platform_putc((char)va_arg(arguments, int));
            break;
        case 'd':
        case 'i': {
            int64_t value =
                how.longs > 0 ? (int64_t)va_arg(arguments, long) : va_arg(arguments, int);
            put_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, value < 0, &how);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value = how.longs > 0 ? (uint64_t)va_arg(arguments, unsigned long)
                                           : va_arg(arguments, unsigned);
            put_number(value, *at == 'x' ? 16 : 10, false, &how);
            break;
        }
        case 'p':
            put_string("0x");
            put_number((uintptr_t)va_arg(arguments, void *), 16, false, &how);
            break;
        case '\0':
            va_end(arguments);
            return;
        default:
            platform_putc(*at);
            break;
        }
    }
    va_end(arguments);
}
