/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Clients of a network: what they send from, what they are sent, and for programs a copier between.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "serve_net.h"

static void add_client(struct net *net, size_t pd, size_t vm, const char *name,
                       const struct service_use *use)
{
    struct net_client *client = &net->clients[net->client_count];
    client->name = name;
    client->vm = vm;
    client->pd = pd;
    client->copy = SERVE_PD_NONE;
    net_set_magic(client->config.magic);
    memcpy(client->config.mac_addr.addr, use->mac, MAC_SIZE);
    if (vm == NODE_NONE) {
        char *copy = serve_text("%s_net_copy", name);
        client->copy = serve_find_pd(net->serve, copy);
        free(copy);
    }
    client->tx_data = net_add_data(net, name, "net_tx", "frames that a client sends");
    net->client_count++;
}

void net_list_clients(struct net *net, size_t server)
{
    const struct compose_request *request = net->compose->request;
    for (size_t i = 0; i < request->vm_count; i++) {
        const struct service_use *use = &request->vms[i].uses.services[SERVICE_NET];
        if (net_is_used(use, server)) {
            add_client(net, serve_vmm(net->serve, i), i, request->vms[i].name, use);
        }
    }
    for (size_t i = 0; i < request->program_count; i++) {
        const struct service_use *use = &request->programs[i].uses.services[SERVICE_NET];
        if (net_is_used(use, server)) {
            add_client(net, serve_program(net->compose, i), NODE_NONE, request->programs[i].name,
                       use);
        }
    }
}

/* Connects a client with what is above the virtualisers: the switch, or those themselves. */
void net_connect_client(struct net *net, struct net_client *client, size_t above_rx,
                        size_t above_tx, uint16_t rx_capacity)
{
    net_connection_resource_t ends[2];
    net_connect(net, client->name, "net_tx", NET_BUFFERS, (size_t[]){above_tx, client->pd}, ends);
    client->tx = ends[0];
    client->config.tx = ends[1];
    client->config.tx_data = net_map(net, client->pd, client->tx_data, true);
    size_t receiver = client->vm == NODE_NONE ? client->copy : client->pd;
    net_connect(net, client->name, "net_rx", rx_capacity, (size_t[]){above_rx, receiver}, ends);
    client->rx = ends[0];
    client->config.rx = ends[1]; /* for a program, its copier's; see net_finish_program() */
}

/* Gives a receiver what lies behind each oid: the transmit regions of others, and the receive
 * region. `regions` has room for all. */
static size_t map_sources(struct net *net, const struct net_client *client, size_t pd,
                          region_resource_t *regions)
{
    size_t count = 0;
    if (net->vswitch != SERVE_PD_NONE) {
        for (; count < net->client_count; count++) {
            if (&net->clients[count] != client) {
                regions[count] = net_map(net, pd, net->clients[count].tx_data, false);
            }
        }
    }
    regions[count++] = net_map(net, pd, net->rx_data, false);
    return count;
}

static void finish_vm(struct net *net, struct net_client *client)
{
    region_resource_t sources[SDDF_NET_MAX_CLIENTS] = {{0}};
    size_t count = map_sources(net, client, client->pd, sources);
    client->config.rx_data = sources[0];
    struct serve_device *device = serve_add_device(net->serve, client->vm, GUEST_DEVICE_NET,
                                                   &client->config, sizeof(client->config));
    device->regions = alloc_array(count, sizeof(*device->regions));
    device->region_count = count;
    for (size_t i = 0; i < count; i++) {
        device->regions[i] =
            (struct guest_data_region){.va = (uintptr_t)sources[i].vaddr, .size = sources[i].size};
    }
}

static void finish_program(struct net *net, struct net_client *client)
{
    net_copy_config_t copy;
    net_connection_resource_t ends[2];
    memset(&copy, 0, sizeof(copy));
    copy.rx = client->config.rx;
    net_set_magic(copy.magic);
    map_sources(net, client, client->copy, copy.rx_data);
    net_connect(net, client->name, "net_copy", NET_BUFFERS, (size_t[]){client->copy, client->pd},
                ends);
    size_t data = net_add_data(net, client->name, "net_copy", "frames that a client receives");
    copy.client = ends[0];
    copy.client_data = net_map(net, client->copy, data, true);
    client->config.rx = ends[1];
    client->config.rx_data = net_map(net, client->pd, data, false);
    serve_add_config(net->serve, client->copy, ".net_copy_config", &copy, sizeof(copy));
    serve_add_config(net->serve, client->pd, ".net_client_config", &client->config,
                     sizeof(client->config));
}

void net_finish_clients(struct net *net)
{
    for (size_t i = 0; i < net->client_count; i++) {
        if (net->clients[i].vm == NODE_NONE) {
            finish_program(net, &net->clients[i]);
        } else {
            finish_vm(net, &net->clients[i]);
        }
    }
}
