/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The switch with three hostile clients and a hostile way out; its protected procedures as well.
 */
#include "network/hostile.h"
#include "network/parts.h"

#define BUFFERS 8
#define PORTS   4

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static unsigned pd;

static void run(void)
{
    uint8_t choice = hostile_byte();
    if (choice % 8 == 0) {
        microkit_mr_set(0, hostile_number());
        vswitch_protected(choice / 8, microkit_msginfo_new(hostile_byte() % 4, 1));
    } else {
        fake_notify(pd, choice % (2 * PORTS));
    }
    vswitch_check();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    hostile_begin(input, size);
    vswitch_reset();
    pd = fake_pd_add((struct fake_pd){vswitch_init, vswitch_notified, 0});
    fake_magic(&vswitch_config);
    vswitch_config.num_ports = PORTS;
    for (unsigned p = 0; p < PORTS; p++) {
        net_vswitch_port_config_t *port = &vswitch_config.ports[p];
        port->rx = fake_connection(BUFFERS, (uint8_t)(2 * p));
        port->tx = fake_connection(BUFFERS, (uint8_t)(2 * p + 1));
        port->tx_data = fake_region(BUFFERS * NET_BUFFER_SIZE);
        port->mac_addr = (mac_addr_t){{0, 0, 0, 0, 0, (uint8_t)p}};
        port->acl = p == 1 ? 0x5 : 0xf;
        fake_channel(pd, 2 * p, FAKE_TEST, 2 * p);
        fake_channel(pd, 2 * p + 1, FAKE_TEST, 2 * p + 1);
        hostile_add_connection(&port->rx);
        hostile_add_connection(&port->tx);
        hostile_add_region(port->tx_data);
    }
    fake_init(pd);
    hostile_run(0, run);
    run();
    fake_reset();
    return 0;
}
