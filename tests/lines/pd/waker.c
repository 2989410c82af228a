/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs when all others wait, and ends the pauser's wait.
 */
#include <microkit.h>

#define PAUSER 0

void init(void)
{
    microkit_dbg_puts("waker: all wait\n");
    microkit_notify(PAUSER);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
