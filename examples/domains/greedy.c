/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program of high priority that never stops. Without domains nobody else would run again.
 */
#include <microkit.h>

void init(void)
{
    microkit_dbg_puts("greedy: I shall never stop\n");
    for (;;) {
        __asm__ volatile("");
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
