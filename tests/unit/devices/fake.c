/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

unsigned fake_notified[MICROKIT_MAX_CHANNELS];
unsigned fake_acknowledged[MICROKIT_MAX_CHANNELS];
char fake_debug[FAKE_DEBUG_MAX];
void (*fake_on_notify)(microkit_channel ch);

void fake_reset(void)
{
    memset(fake_notified, 0, sizeof(fake_notified));
    memset(fake_acknowledged, 0, sizeof(fake_acknowledged));
    fake_debug[0] = '\0';
    fake_on_notify = NULL;
}

/* The kernel refuses other channels; a program that tries is wrong. */
static void channel_check(microkit_channel ch)
{
    if (ch >= MICROKIT_MAX_CHANNELS) {
        abort();
    }
}

void microkit_notify(microkit_channel ch)
{
    channel_check(ch);
    fake_notified[ch]++;
    if (fake_on_notify != NULL) {
        fake_on_notify(ch);
    }
}

void microkit_deferred_notify(microkit_channel ch)
{
    microkit_notify(ch);
}

void microkit_irq_ack(microkit_channel ch)
{
    channel_check(ch);
    fake_acknowledged[ch]++;
}

void microkit_deferred_irq_ack(microkit_channel ch)
{
    microkit_irq_ack(ch);
}

void microkit_dbg_puts(const char *s)
{
    strncat(fake_debug, s, sizeof(fake_debug) - strlen(fake_debug) - 1);
}
