/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Words of the kernel on the board's UART. In a release configuration it says nothing.
 */
#pragma once

struct message_page;

#ifdef CONFIG_PRINTING
/* Prints `format`: %s string, %u unsigned (32 bits), %x 64 bits in hexadecimal, %%. */
void print(const char *format, ...);
/* Prints the text of a PD's message page and empties it. */
void print_text(struct message_page *page);
/* The same of a PD that faulted: the line ends there. */
void print_last_text(struct message_page *page);
#else
static inline void print(const char *format, ...)
{
    (void)format;
}
static inline void print_text(struct message_page *page)
{
    (void)page;
}
static inline void print_last_text(struct message_page *page)
{
    (void)page;
}
#endif
