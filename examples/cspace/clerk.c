/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Counts how often it is asked.
 */
#include <microkit.h>

volatile unsigned *tally;

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
    *tally += 1;
}
