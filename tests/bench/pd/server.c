/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A server whose protected procedure does nothing, for both the passive and the active PD.
 */
#include <microkit.h>

void init(void)
{
}

void notified(microkit_channel channel)
{
    (void)channel;
}

microkit_msginfo protected(microkit_channel channel, microkit_msginfo msginfo)
{
    (void)channel;
    return msginfo;
}
