/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The least urgent program: it runs when all others wait, says so, and wakes one.
 */
#include <microkit.h>

#define TO_PARENT 0

void init(void)
{
    microkit_dbg_puts("idler: all wait\n");
    microkit_notify(TO_PARENT);
    microkit_dbg_puts("idler: all wait again\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
    microkit_dbg_puts("idler: notified\n");
}
