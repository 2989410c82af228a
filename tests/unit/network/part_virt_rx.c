/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The receive virtualiser in a test, see parts.h.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define config   virt_rx_config
#define init     virt_rx_init
#define notified virt_rx_notified
#include "devices/network/virt_rx.c"

void virt_rx_reset(void)
{
    memset(&config, 0, sizeof(config));
    memset(&driver, 0, sizeof(driver));
    memset(clients, 0, sizeof(clients));
    memset(holders, 0, sizeof(holders));
    driver_is_served = false;
    client_count = 0;
    share = 0;
}

void virt_rx_check(void)
{
    uint32_t held[CLIENT_MAX] = {0};
    for (uint32_t i = 0; i < driver.capacity; i++) {
        if (holders[i] != WITH_DRIVER && holders[i] >> client_count != 0) {
            abort(); /* held by nobody that there is */
        }
        for (unsigned c = 0; c < client_count; c++) {
            held[c] += holders[i] != WITH_DRIVER && (holders[i] >> c & 1) != 0;
        }
    }
    for (unsigned c = 0; c < client_count; c++) {
        if (held[c] != clients[c].held || held[c] > share) {
            abort();
        }
    }
}
