/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The other end of the parent's channel: it answers on the number that the tool has written here.
 */
#include <microkit.h>

uint64_t parent_channel;

void init(void)
{
}

void notified(microkit_channel ch)
{
    if (ch == parent_channel) {
        microkit_notify((microkit_channel)parent_channel);
    }
}
