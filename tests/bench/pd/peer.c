/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The other end of the notifications: answers on the channel it is notified on. The PD of lower
 * priority is this program too; its channel allows no answer.
 */
#include <microkit.h>

#include "channels.h"

void init(void)
{
}

void notified(microkit_channel channel)
{
    if (channel == CHANNEL_PEER) {
        microkit_notify(channel);
    } else if (channel == CHANNEL_DEFERRED) {
        microkit_deferred_notify(channel);
    }
}
