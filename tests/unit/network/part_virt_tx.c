/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The transmit virtualiser in a test, see parts.h.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define config   virt_tx_config
#define init     virt_tx_init
#define notified virt_tx_notified
#include "devices/network/virt_tx.c"

void virt_tx_reset(void)
{
    memset(&config, 0, sizeof(config));
    memset(&driver, 0, sizeof(driver));
    memset(clients, 0, sizeof(clients));
    memset(with_driver, 0, sizeof(with_driver));
    driver_is_served = false;
    driver_held = 0;
    driver_plenty = 0;
    client_count = 0;
    client_now = 0;
    turn_left = 0;
    region_count = 0;
}

void virt_tx_check(void)
{
    uint32_t held = 0;
    for (unsigned i = 0; i < BUFFER_MAX / 64; i++) {
        held += (uint32_t)__builtin_popcountll(with_driver[i]);
    }
    if (held != driver_held || held > driver.capacity) {
        abort();
    }
}
