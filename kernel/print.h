/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Words of the kernel on the board's UART. In a release configuration it says nothing.
 */
#pragma once

#ifdef CONFIG_PRINTING
/* Prints `format`: %s string, %u unsigned (32 bits), %x 64 bits in hexadecimal, %%. */
void print(const char *format, ...);
/* Prints one character. */
void print_char(char c);
#else
static inline void print(const char *format, ...)
{
    (void)format;
}
static inline void print_char(char c)
{
    (void)c;
}
#endif
