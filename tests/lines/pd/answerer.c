/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Answers the pauser's call.
 */
#include <microkit.h>

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    (void)msginfo;
    microkit_dbg_puts("answerer: answers\n");
    return microkit_msginfo_new(0, 0);
}
