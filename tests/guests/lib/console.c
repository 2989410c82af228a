/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Formatted output on a PL011 (Arm DDI 0183, 3.3).
 */
#include <stdarg.h>

#include "console.h"
#include "io.h"
#include "platform.h"

#define UART_DR      0x000
#define UART_FR      0x018
#define UART_FR_TXFF (1u << 5)

static void put(char character)
{
    if (!platform.uart) {
        return;
    }
    while (read32(platform.uart + UART_FR) & UART_FR_TXFF) {
    }
    write32(platform.uart + UART_DR, (uint8_t)character);
}

static void put_string(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n') {
            put('\r');
        }
        put(*text);
    }
}

static void put_number(uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    while (count) {
        put(digits[--count]);
    }
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            char text[2] = {*format, '\0'};
            put_string(text);
            continue;
        }
        format++;
        if (*format == 's') {
            put_string(va_arg(arguments, const char *));
        } else if (*format == 'x') {
            put_string("0x");
            put_number(va_arg(arguments, uint64_t), 16);
        } else if (*format == 'u') {
            put_number(va_arg(arguments, uint64_t), 10);
        } else if (*format == 'd') {
            int64_t value = va_arg(arguments, int64_t);
            if (value < 0) {
                put('-');
            }
            put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        }
    }
    va_end(arguments);
}
