/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints numbered lines, each in pieces of every kind that there is. Two of these take turns.
 */
#include <microkit.h>
#include <sel4/sel4.h>

#define LINE_COUNT 6000

void init(void)
{
    for (uint32_t i = 1; i <= LINE_COUNT; i++) {
        microkit_dbg_puts("line ");
        microkit_dbg_put32(i);
        microkit_dbg_puts(" of ");
        microkit_dbg_puts(microkit_name);
        microkit_dbg_putc(',');
        microkit_dbg_put8(255);
        seL4_DebugPutChar('\n');
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
