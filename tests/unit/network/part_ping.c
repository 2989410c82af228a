/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The responder in a test, see parts.h: with a clock that the test sets, and lines that go to
 * fake_text.
 */
#include <string.h>

#include "parts.h"

#define config   ping_client_config
#define init     ping_init
#define notified ping_notified
#include "devices/network/ping/ping.c"

uint64_t ping_now_us;
uint64_t ping_wake_us;

uint64_t clock_now_us(void)
{
    return ping_now_us;
}

void clock_wake_in_us(uint64_t us)
{
    ping_wake_us = ping_now_us + us;
}

void clock_quiet(void)
{
    ping_wake_us = 0;
}

void ping_reset(void)
{
    memset(&config, 0, sizeof(config));
    memset(&ping_config, 0, sizeof(ping_config));
    memset(&rx, 0, sizeof(rx));
    memset(&tx, 0, sizeof(tx));
    memset(&host, 0, sizeof(host));
    is_open = false;
    timer_is_set = false;
    rx_is_served = false;
    tx_is_served = false;
    ping_now_us = 0;
    ping_wake_us = 0;
}
