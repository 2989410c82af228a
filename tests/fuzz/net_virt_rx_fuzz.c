/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The receive virtualiser between a hostile driver and three hostile clients. What it keeps of who
 * has which buffer must stay true to itself.
 */
#include "network/hostile.h"
#include "network/parts.h"

#define BUFFERS 16
#define CLIENTS 3
#define IO      0x40000000ul

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static unsigned pd;

static void run(void)
{
    fake_notify(pd, hostile_byte() % (CLIENTS + 1));
    virt_rx_check();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    hostile_begin(input, size);
    virt_rx_reset();
    pd = fake_pd_add((struct fake_pd){virt_rx_init, virt_rx_notified, 0});
    fake_magic(&virt_rx_config);
    virt_rx_config.driver = fake_connection(BUFFERS, 0);
    virt_rx_config.data.region = fake_region(BUFFERS * NET_BUFFER_SIZE);
    virt_rx_config.data.io_addr = IO;
    virt_rx_config.num_clients = CLIENTS;
    fake_channel(pd, 0, FAKE_TEST, 0);
    hostile_add_connection(&virt_rx_config.driver);
    hostile_add_region(virt_rx_config.data.region);
    for (unsigned c = 0; c < CLIENTS; c++) {
        virt_rx_config.clients[c].conn = fake_connection(BUFFERS, (uint8_t)(c + 1));
        virt_rx_config.clients[c].mac_addrs[0] = (mac_addr_t){{0, 0, 0, 0, 0, (uint8_t)c}};
        virt_rx_config.clients[c].num_macs = 1;
        fake_channel(pd, c + 1, FAKE_TEST, c + 1);
        hostile_add_connection(&virt_rx_config.clients[c].conn);
    }
    fake_init(pd);
    hostile_run(IO, run);
    run();
    fake_reset();
    return 0;
}
