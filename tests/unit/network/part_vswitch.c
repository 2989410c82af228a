/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The switch in a test, see parts.h.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define config   vswitch_config
#define init     vswitch_init
#define notified vswitch_notified
#define protected vswitch_protected
#include "devices/network/vswitch.c"

void vswitch_reset(void)
{
    memset(&config, 0, sizeof(config));
    memset(ports, 0, sizeof(ports));
    memset(holders, 0, sizeof(holders));
    port_count = 0;
}

void vswitch_check(void)
{
    for (unsigned from = 0; from < port_count; from++) {
        uint16_t held[PORT_MAX] = {0};
        uint32_t lent = 0;
        for (uint32_t i = 0; i < config.ports[from].tx.num_buffers; i++) {
            lent += holders[ports[from].buffer_first + i] != 0;
            for (unsigned to = 0; to < port_count; to++) {
                held[to] += holders[ports[from].buffer_first + i] >> to & 1;
            }
        }
        if (lent != ports[from].lent) {
            abort();
        }
        for (unsigned to = 0; to < port_count; to++) {
            if (held[to] != ports[to].held[from] || held[to] > ports[to].share) {
                abort();
            }
        }
    }
}
