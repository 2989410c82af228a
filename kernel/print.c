/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's printf, as small as its needs. See print.h.
 */
#include "print.h"

#ifdef CONFIG_PRINTING
#include <stdarg.h>

#include "arch.h"
#include "drover/abi.h"
#include "drivers/uart.h"

static void print_char(char c)
{
    const struct manifest *manifest = kernel_va(KERNEL_MANIFEST_VA);
    if (c == '\n') {
        uart_put(manifest->uart_va, manifest->uart_type, '\r');
    }
    uart_put(manifest->uart_va, manifest->uart_type, c);
}

static void print_string(const char *s)
{
    while (*s != '\0') {
        print_char(*s++);
    }
}

static void print_number(uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0) {
        print_char(digits[--count]);
    }
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            print_char(*format);
            continue;
        }
        switch (*++format) {
        case 's':
            print_string(va_arg(args, const char *));
            break;
        case 'u':
            print_number(va_arg(args, unsigned), 10);
            break;
        case 'x':
            print_string("0x");
            print_number(va_arg(args, uint64_t), 16);
            break;
        default:
            print_char(*format);
            break;
        }
    }
    va_end(args);
}

void print_text(struct message_page *page)
{
    for (uint64_t i = 0; i < page->text_length && i < DEBUG_TEXT_MAX; i++) {
        print_char(page->text[i]);
    }
    page->text_length = 0;
}

void print_last_text(struct message_page *page)
{
    if (page->text_length != 0) {
        print_text(page);
        print_char('\n');
    }
}
#endif
