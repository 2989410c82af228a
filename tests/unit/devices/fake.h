/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a program of a device class has done, on the host.
 */
#pragma once

#include <microkit.h>

/* How often each channel was notified, and each interrupt acknowledged. */
extern unsigned fake_notified[MICROKIT_MAX_CHANNELS];
extern unsigned fake_acknowledged[MICROKIT_MAX_CHANNELS];

/* Debug output, as far as it fits. */
#define FAKE_DEBUG_MAX 4096
extern char fake_debug[FAKE_DEBUG_MAX];

/* What a notification sets off at once, as one of a PD that is more urgent does; NULL: nothing. */
extern void (*fake_on_notify)(microkit_channel ch);

/* Forgets all of it. */
void fake_reset(void);
