/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The configurations of the network device class, in sDDF 0.7's layouts. The tool writes each into
 * the section of a program that is named beside it; ids are channels of that program. A queue
 * region holds a net_queue_t with num_buffers descriptors, a power of two; a data region holds as
 * many buffers of NET_BUFFER_SIZE bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/mac802.h>
#include <sddf/resources/common.h>
#include <sddf/resources/device.h>

#define SDDF_NET_MAX_CLIENTS 64
#define SDDF_NET_MAGIC_LEN   5

static const char SDDF_NET_MAGIC[SDDF_NET_MAGIC_LEN] = {'s', 'D', 'D', 'F', 0x5};

/* One direction of one connection: two queues of the same capacity. */
typedef struct net_connection_resource {
    region_resource_t free_queue;
    region_resource_t active_queue;
    uint16_t num_buffers;
    uint8_t id;
} net_connection_resource_t;

/* .net_driver_config: the driver of a network card, or the driver VM's VMM. */
typedef struct net_driver_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_connection_resource_t virt_rx;
    net_connection_resource_t virt_tx;
} net_driver_config_t;

/* A data region that a client may send from: its place in regions[] is the oid of its buffers. */
typedef struct net_virt_tx_data_region {
    device_region_resource_t data;
    uint32_t num_buffers;
} net_virt_tx_data_region_t;

typedef struct net_virt_tx_client_config {
    net_connection_resource_t conn;
    net_virt_tx_data_region_t regions[SDDF_NET_MAX_CLIENTS]; /* one, or those behind a vswitch */
    uint8_t num_regions;
} net_virt_tx_client_config_t;

/* .net_virt_tx_config: the virtualiser of what clients send. */
typedef struct net_virt_tx_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_connection_resource_t driver;
    net_virt_tx_client_config_t clients[SDDF_NET_MAX_CLIENTS];
    uint8_t num_clients;
} net_virt_tx_config_t;

typedef struct net_virt_rx_client_config {
    net_connection_resource_t conn;
    mac_addr_t mac_addrs[SDDF_NET_MAX_CLIENTS]; /* one, or those behind a vswitch */
    uint8_t num_macs;
} net_virt_rx_client_config_t;

/* .net_virt_rx_config: the virtualiser of what the card receives. */
typedef struct net_virt_rx_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_connection_resource_t driver;
    device_region_resource_t data;
    region_resource_t buffer_metadata; /* a byte a buffer, for sDDF's own virtualiser */
    net_virt_rx_client_config_t clients[SDDF_NET_MAX_CLIENTS];
    uint8_t num_clients;
} net_virt_rx_config_t;

/* .net_copy_config: what copies received frames into the memory of one client. */
typedef struct net_copy_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_connection_resource_t rx;                    /* to net_virt_rx or to a vswitch */
    region_resource_t rx_data[SDDF_NET_MAX_CLIENTS]; /* by oid; without a vswitch all are 0 */
    net_connection_resource_t client;
    region_resource_t client_data;
} net_copy_config_t;

/* .net_client_config: a client. */
typedef struct net_client_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_connection_resource_t rx;
    region_resource_t rx_data;
    net_connection_resource_t tx;
    region_resource_t tx_data;
    mac_addr_t mac_addr;
} net_client_config_t;

/* A port sends from tx_data through tx, and receives through rx. The last port leads to the
 * virtualisers, which are at the other side of it: tx comes from net_virt_rx with the receive DMA
 * region as tx_data, and rx goes to net_virt_tx. */
typedef struct net_vswitch_port_config {
    net_connection_resource_t rx;
    net_connection_resource_t tx;
    region_resource_t tx_data;
    mac_addr_t mac_addr; /* of no meaning for the last port */
    uint64_t acl;        /* bit n: may send to port n */
} net_vswitch_port_config_t;

/* .net_vswitch_config: the switch between clients. */
typedef struct net_vswitch_config {
    char magic[SDDF_NET_MAGIC_LEN];
    net_vswitch_port_config_t ports[SDDF_NET_MAX_CLIENTS];
    uint8_t num_ports;
    region_resource_t buffer_metadata; /* a byte a buffer of every tx, for sDDF's own vswitch */
} net_vswitch_config_t;

_Static_assert(sizeof(net_connection_resource_t) == 40 &&
                   offsetof(net_connection_resource_t, active_queue) == 16 &&
                   offsetof(net_connection_resource_t, num_buffers) == 32 &&
                   offsetof(net_connection_resource_t, id) == 34,
               "sDDF's layout");
_Static_assert(offsetof(net_driver_config_t, virt_rx) == 8 &&
                   offsetof(net_driver_config_t, virt_tx) == 48 &&
                   sizeof(net_driver_config_t) == 88,
               "sDDF's layout");
_Static_assert(offsetof(net_virt_tx_data_region_t, num_buffers) == 24 &&
                   sizeof(net_virt_tx_data_region_t) == 32 &&
                   offsetof(net_virt_tx_client_config_t, regions) == 40 &&
                   offsetof(net_virt_tx_client_config_t, num_regions) == 2088 &&
                   sizeof(net_virt_tx_client_config_t) == 2096,
               "sDDF's layout");
_Static_assert(offsetof(net_virt_tx_config_t, driver) == 8 &&
                   offsetof(net_virt_tx_config_t, clients) == 48 &&
                   offsetof(net_virt_tx_config_t, num_clients) == 134192 &&
                   sizeof(net_virt_tx_config_t) == 134200,
               "sDDF's layout");
_Static_assert(offsetof(net_virt_rx_client_config_t, mac_addrs) == 40 &&
                   offsetof(net_virt_rx_client_config_t, num_macs) == 424 &&
                   sizeof(net_virt_rx_client_config_t) == 432,
               "sDDF's layout");
_Static_assert(offsetof(net_virt_rx_config_t, driver) == 8 &&
                   offsetof(net_virt_rx_config_t, data) == 48 &&
                   offsetof(net_virt_rx_config_t, buffer_metadata) == 72 &&
                   offsetof(net_virt_rx_config_t, clients) == 88 &&
                   offsetof(net_virt_rx_config_t, num_clients) == 27736 &&
                   sizeof(net_virt_rx_config_t) == 27744,
               "sDDF's layout");
_Static_assert(offsetof(net_copy_config_t, rx) == 8 && offsetof(net_copy_config_t, rx_data) == 48 &&
                   offsetof(net_copy_config_t, client) == 1072 &&
                   offsetof(net_copy_config_t, client_data) == 1112 &&
                   sizeof(net_copy_config_t) == 1128,
               "sDDF's layout");
_Static_assert(offsetof(net_client_config_t, rx) == 8 &&
                   offsetof(net_client_config_t, rx_data) == 48 &&
                   offsetof(net_client_config_t, tx) == 64 &&
                   offsetof(net_client_config_t, tx_data) == 104 &&
                   offsetof(net_client_config_t, mac_addr) == 120 &&
                   sizeof(net_client_config_t) == 128,
               "sDDF's layout");
_Static_assert(offsetof(net_vswitch_port_config_t, tx) == 40 &&
                   offsetof(net_vswitch_port_config_t, tx_data) == 80 &&
                   offsetof(net_vswitch_port_config_t, mac_addr) == 96 &&
                   offsetof(net_vswitch_port_config_t, acl) == 104 &&
                   sizeof(net_vswitch_port_config_t) == 112,
               "sDDF's layout");
_Static_assert(offsetof(net_vswitch_config_t, ports) == 8 &&
                   offsetof(net_vswitch_config_t, num_ports) == 7176 &&
                   offsetof(net_vswitch_config_t, buffer_metadata) == 7184 &&
                   sizeof(net_vswitch_config_t) == 7200,
               "sDDF's layout");

/* Whether somebody has written the configuration, and of this class. `config` is any of the above.
 */
static inline bool net_config_check_magic(void *config)
{
    const char *magic = (const char *)config;
    for (unsigned i = 0; i < SDDF_NET_MAGIC_LEN; i++) {
        if (magic[i] != SDDF_NET_MAGIC[i]) {
            return false;
        }
    }
    return true;
}
