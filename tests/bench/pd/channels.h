/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the protection domains of pd.system agree on: channels, as `bench` numbers them, and the
 * page that it shares with the RTC's driver.
 */
#pragma once

#include <stdint.h>

#define CHANNEL_LOW      1 /* to a PD of lower priority */
#define CHANNEL_PEER     2 /* to one of the same priority, which answers with microkit_notify */
#define CHANNEL_DEFERRED 3 /* the same PD, which answers with microkit_deferred_notify */
#define CHANNEL_PASSIVE  4 /* a server without time of its own */
#define CHANNEL_ACTIVE   5 /* a server with */
#define CHANNEL_RTC      6 /* of the driver: the RTC's interrupt */

/* Counter readings of the driver's last interrupt. */
struct rtc_stamps {
    volatile uint64_t notified; /* at the first instruction of notified() */
    volatile uint64_t acknowledged;
};
