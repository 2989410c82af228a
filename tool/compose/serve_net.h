/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network of a VM under construction: what serve_net.c and serve_net_client.c have in common.
 */
#pragma once

#include <sddf/network/config.h>

#include "compose.h"

#define NET_BUFFERS 512 /* of the receive region, and of each client's transmit region */

/* A client of the network under construction. */
struct net_client {
    const char *name;
    size_t vm;       /* or NODE_NONE: a program */
    size_t pd, copy; /* `copy`: SERVE_PD_NONE for a VMM */
    size_t tx_data;  /* region */
    net_client_config_t config;
    net_connection_resource_t rx, tx; /* the far ends of its connections */
};

struct net {
    struct compose *compose;
    struct serve *serve;
    const char *name; /* of the VM that serves */
    size_t vmm, virt_rx, virt_tx, vswitch;
    struct net_client *clients;
    size_t client_count;
    size_t rx_data; /* region: what the server receives into */
    uint64_t rx_io; /* where the server has it */
    net_driver_config_t driver;
    net_virt_rx_config_t rx;
    net_virt_tx_config_t tx;
};

/* Whether it is the network of that VM that is used. */
bool net_is_used(const struct service_use *use, size_t server);

void net_set_magic(char *magic);

/* Adds a map of a region of the table's. */
region_resource_t net_map(struct net *net, size_t pd, size_t region, bool is_writable);

/* Connects two PDs in one direction: queues called PREFIX_WHAT_free and _active, and a channel. */
void net_connect(struct net *net, const char *prefix, const char *what, uint16_t capacity,
                 const size_t *pds, net_connection_resource_t *ends);

/* Adds a region for NET_BUFFERS frames, called NAME_WHICH_data. */
size_t net_add_data(struct net *net, const char *name, const char *which, const char *what);

/* ---- serve_net_client.c ---- */

/* Lists who uses the network: VMs, then programs. */
void net_list_clients(struct net *net, size_t server);

/* Connects a client with what is above the virtualisers: the switch, or those themselves. */
void net_connect_client(struct net *net, struct net_client *client, size_t above_rx,
                        size_t above_tx, uint16_t rx_capacity);

/* Gives each what it is sent from, and its configuration, once all are connected. */
void net_finish_clients(struct net *net);
