/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations of network.system, each in a section of its own, named as the file that
 * build.mk makes of it. The driver copies with the processor: io addresses are its VAs.
 */
#include <drover/ping.h>
#include <sddf/network/config.h>

#include "layout.h"

#define MAGIC                                                                                      \
    {                                                                                              \
        's', 'D', 'D', 'F', 5                                                                      \
    }
#define BLOB(name) __attribute__((section(name), used)) const
#define DATA(n)                                                                                    \
    {                                                                                              \
        (void *)REGION_VA(n), DATA_SIZE                                                            \
    }
#define CONNECTION(n, buffers, channel)                                                            \
    {                                                                                              \
        .free_queue = {(void *)REGION_VA(n), CONNECTION_SIZE / 2},                                 \
        .active_queue = {(void *)(REGION_VA(n) + CONNECTION_SIZE / 2), CONNECTION_SIZE / 2},       \
        .num_buffers = (buffers), .id = (channel)                                                  \
    }

BLOB("net_driver")
net_driver_config_t driver = {
    .magic = MAGIC,
    .virt_rx = CONNECTION(DRIVER_RX, BUFFERS, 0),
    .virt_tx = CONNECTION(DRIVER_TX, OUT_BUFFERS, 1),
};

BLOB("net_virt_rx")
net_virt_rx_config_t virt_rx = {
    .magic = MAGIC,
    .driver = CONNECTION(DRIVER_RX, BUFFERS, 0),
    .data = {DATA(DMA), REGION_VA(DMA)},
    .clients = {{.conn = CONNECTION(SWITCH_IN, BUFFERS, 1),
                 .mac_addrs = {ALICE_MAC, BOB_MAC},
                 .num_macs = 2}},
    .num_clients = 1,
};

BLOB("net_virt_tx")
net_virt_tx_config_t virt_tx = {
    .magic = MAGIC,
    .driver = CONNECTION(DRIVER_TX, OUT_BUFFERS, 0),
    .clients = {{.conn = CONNECTION(SWITCH_OUT, OUT_BUFFERS, 1),
                 .regions = {{{{NULL, DATA_SIZE}, REGION_VA(ALICE_TX_DATA)}, BUFFERS},
                             {{{NULL, DATA_SIZE}, REGION_VA(BOB_TX_DATA)}, BUFFERS}},
                 .num_regions = 2}},
    .num_clients = 1,
};

BLOB("net_vswitch")
net_vswitch_config_t vswitch = {
    .magic = MAGIC,
    .ports = {{.rx = CONNECTION(ALICE_PORT, OUT_BUFFERS, 0),
               .tx = CONNECTION(ALICE_TX, BUFFERS, 1),
               .tx_data = DATA(ALICE_TX_DATA),
               .mac_addr = ALICE_MAC,
               .acl = 7},
              {.rx = CONNECTION(BOB_PORT, OUT_BUFFERS, 2),
               .tx = CONNECTION(BOB_TX, BUFFERS, 3),
               .tx_data = DATA(BOB_TX_DATA),
               .mac_addr = BOB_MAC,
               .acl = 7},
              {.rx = CONNECTION(SWITCH_OUT, OUT_BUFFERS, 4),
               .tx = CONNECTION(SWITCH_IN, BUFFERS, 5),
               .tx_data = DATA(DMA),
               .acl = 3}},
    .num_ports = 3,
};

#define COPY(port, own_rx, own_rx_data)                                                            \
    {                                                                                              \
        .magic = MAGIC, .rx = CONNECTION(port, OUT_BUFFERS, 0),                                    \
        .rx_data = {DATA(ALICE_TX_DATA), DATA(BOB_TX_DATA), DATA(DMA)},                            \
        .client = CONNECTION(own_rx, BUFFERS, 1), .client_data = DATA(own_rx_data)                 \
    }
BLOB("net_copy_alice") net_copy_config_t copy_alice = COPY(ALICE_PORT, ALICE_RX, ALICE_RX_DATA);
BLOB("net_copy_bob") net_copy_config_t copy_bob = COPY(BOB_PORT, BOB_RX, BOB_RX_DATA);

#define CLIENT(own_rx, own_rx_data, own_tx, own_tx_data, mac)                                      \
    {                                                                                              \
        .magic = MAGIC, .rx = CONNECTION(own_rx, BUFFERS, 0), .rx_data = DATA(own_rx_data),        \
        .tx = CONNECTION(own_tx, BUFFERS, 1), .tx_data = DATA(own_tx_data), .mac_addr = mac        \
    }
BLOB("net_client_alice")
net_client_config_t client_alice =
    CLIENT(ALICE_RX, ALICE_RX_DATA, ALICE_TX, ALICE_TX_DATA, ALICE_MAC);
BLOB("net_client_bob")
net_client_config_t client_bob = CLIENT(BOB_RX, BOB_RX_DATA, BOB_TX, BOB_TX_DATA, BOB_MAC);

/* Alice looks for the gateway on the wire; Bob for Alice, behind the switch. */
BLOB("ping_alice")
struct ping_config config_alice = {
    .address = {10, 0, 2, 77}, .netmask = {255, 255, 255, 0}, .gateway = {10, 0, 2, 2}};
BLOB("ping_bob")
struct ping_config config_bob = {
    .address = {10, 0, 2, 78}, .netmask = {255, 255, 255, 0}, .gateway = {10, 0, 2, 77}};
