/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Debug output of a PD. It gathers in the message page until a line is whole, and the kernel prints
 * it in one piece: lines of several PDs do not mix. What has no newline is printed when the PD
 * waits or faults, or when the page holds no more. In release nothing is printed.
 */
#include <microkit.h>

#include "internal.h"

#ifdef CONFIG_PRINTING
void microkit_text_flush(void)
{
    struct message_page *page = drover_message_page();
    if (page->text_length != 0) {
        DROVER_SYSCALL(SYS_DEBUG_PUT, 0, 0, 0);
        page->text_length = 0; /* whatever the kernel did: one without output leaves it */
    }
}

void microkit_dbg_putc(int c)
{
    struct message_page *page = drover_message_page();
    page->text[page->text_length++] = (char)c;
    if (c == '\n' || page->text_length == DEBUG_TEXT_MAX) {
        microkit_text_flush();
    }
}
#else
void microkit_dbg_putc(int c)
{
    (void)c;
}
#endif

void microkit_dbg_puts(const char *s)
{
    while (*s != '\0') {
        microkit_dbg_putc(*s++);
    }
}

void microkit_dbg_put8(uint8_t x)
{
    microkit_dbg_put32(x);
}

void microkit_dbg_put32(uint32_t x)
{
    char digits[10];
    int count = 0;

    do {
        digits[count++] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    while (count > 0) {
        microkit_dbg_putc(digits[--count]);
    }
}

void microkit_refused(const char *what, unsigned id)
{
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts("|ERROR: ");
    microkit_dbg_puts(what);
    microkit_dbg_put32(id);
    microkit_dbg_puts("\n");
}

void microkit_failed(const char *what, unsigned id)
{
    microkit_refused(what, id);
    microkit_internal_crash(0);
}

__attribute__((weak)) void __assert_fail(const char *expression, const char *file, int line,
                                         const char *function)
{
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts("|ASSERT: ");
    microkit_dbg_puts(file);
    microkit_dbg_puts(":");
    microkit_dbg_put32((uint32_t)line);
    microkit_dbg_puts(": ");
    microkit_dbg_puts(function);
    microkit_dbg_puts("(): ");
    microkit_dbg_puts(expression);
    microkit_dbg_puts("\n");
    microkit_internal_crash(0);
}
