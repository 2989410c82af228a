/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The transmit virtualiser between a hostile driver and three hostile clients, of which one has two
 * data regions.
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
    virt_tx_check();
}

static void add_region(net_virt_tx_client_config_t *client, uint64_t io_addr)
{
    net_virt_tx_data_region_t *region = &client->regions[client->num_regions++];
    region->num_buffers = BUFFERS;
    region->data.io_addr = io_addr;
    region->data.region = fake_region(BUFFERS * NET_BUFFER_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    hostile_begin(input, size);
    virt_tx_reset();
    pd = fake_pd_add((struct fake_pd){virt_tx_init, virt_tx_notified, 0});
    fake_magic(&virt_tx_config);
    virt_tx_config.driver = fake_connection(BUFFERS, 0);
    virt_tx_config.num_clients = CLIENTS;
    fake_channel(pd, 0, FAKE_TEST, 0);
    hostile_add_connection(&virt_tx_config.driver);
    for (unsigned c = 0; c < CLIENTS; c++) {
        net_virt_tx_client_config_t *client = &virt_tx_config.clients[c];
        client->conn = fake_connection(BUFFERS, (uint8_t)(c + 1));
        add_region(client, IO + c * BUFFERS * NET_BUFFER_SIZE);
        fake_channel(pd, c + 1, FAKE_TEST, c + 1);
        hostile_add_connection(&client->conn);
    }
    add_region(&virt_tx_config.clients[1], IO + CLIENTS * BUFFERS * NET_BUFFER_SIZE);
    fake_init(pd);
    hostile_run(IO, run);
    run();
    fake_reset();
    return 0;
}
