/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The other end of the notifications: answers on the channel it is notified on. The PD of lower
 * priority is this program too.
 */
#include <microkit.h>

#include "channels.h"

void init(void)
{
}

void notified(microkit_channel channel)
{
    if (channel == CHANNEL_DEFERRED) {
        microkit_deferred_notify(channel);
    } else {
        microkit_notify(channel);
    }
}
