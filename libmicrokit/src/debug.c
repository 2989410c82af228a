/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Debug output of a PD, character by character through the kernel. In release it prints nothing.
 */
#include <microkit.h>

void microkit_dbg_putc(int c)
{
#ifdef CONFIG_PRINTING
    DROVER_SYSCALL(SYS_DEBUG_PUTC, (uint64_t)c, 0, 0);
#else
    (void)c;
#endif
}

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
