/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Network, wired as docs/devices.md has it: the server is sDDF's driver, which copies; two
 * virtualisers stand above it, above them a switch if there are several clients, and a copier
 * before each native client.
 */
#include <sddf/network/queue.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "serve_net.h"

/* The least power of two that is at least `count`: capacities of queues. */
static uint16_t capacity_for(size_t count)
{
    size_t capacity = NET_BUFFERS;
    while (capacity < count) {
        capacity *= 2;
    }
    return (uint16_t)capacity;
}

void net_set_magic(char *magic)
{
    memcpy(magic, SDDF_NET_MAGIC, SDDF_NET_MAGIC_LEN);
}

region_resource_t net_map(struct net *net, size_t pd, size_t region, bool is_writable)
{
    return (region_resource_t){
        .vaddr = (void *)(uintptr_t)serve_add_map(net->serve, pd, region, is_writable),
        .size = net->serve->regions[region].size};
}

/* Connects two PDs in one direction. */
void net_connect(struct net *net, const char *prefix, const char *what, uint16_t capacity,
                 const size_t *pds, net_connection_resource_t *ends)
{
    struct serve *serve = net->serve;
    size_t free = serve_add_region(serve, serve_text("%s_%s_free", prefix, what),
                                   net_queue_size(capacity), "queue of free buffers");
    size_t active = serve_add_region(serve, serve_text("%s_%s_active", prefix, what),
                                     net_queue_size(capacity), "queue of frames");
    const struct serve_channel *channel = serve_add_channel(serve, pds[0], pds[1]);
    memset(ends, 0, 2 * sizeof(*ends));
    for (int i = 0; i < 2; i++) {
        ends[i].free_queue = net_map(net, pds[i], free, true);
        ends[i].active_queue = net_map(net, pds[i], active, true);
        ends[i].num_buffers = capacity;
        ends[i].id = (uint8_t)channel->ids[i];
    }
}

size_t net_add_data(struct net *net, const char *name, const char *which, const char *what)
{
    return serve_add_data(net->serve, serve_text("%s_%s_data", name, which),
                          (uint64_t)NET_BUFFERS * NET_BUFFER_SIZE, what);
}

static size_t add_metadata(struct net *net, const char *which, size_t buffers)
{
    return serve_add_region(net->serve, serve_text("%s_%s_metadata", net->name, which), buffers,
                            "a byte a buffer");
}

/* ---- PDs ---- */

bool net_is_used(const struct service_use *use, size_t server)
{
    return use->from != NULL && use->server == server;
}

/* How many VMs and programs use the network of a VM. */
static size_t count_clients(const struct compose_request *request, size_t server)
{
    size_t count = 0;
    for (size_t i = 0; i < request->vm_count; i++) {
        count += net_is_used(&request->vms[i].uses.services[SERVICE_NET], server);
    }
    for (size_t i = 0; i < request->program_count; i++) {
        count += net_is_used(&request->programs[i].uses.services[SERVICE_NET], server);
    }
    return count;
}

void serve_net_pds(struct compose *compose, size_t server)
{
    struct serve *serve = &compose->serve;
    const struct compose_request *request = compose->request;
    const char *name = request->vms[server].name;
    serve_add_pd(serve, serve_text("%s_net_virt_rx", name), SERVE_PRIORITY_VIRT,
                 "network_virt_rx.elf", serve_text("shares what VM \"%s\" receives", name));
    serve_add_pd(serve, serve_text("%s_net_virt_tx", name), SERVE_PRIORITY_VIRT,
                 "network_virt_tx.elf", serve_text("lets clients send through VM \"%s\"", name));
    if (count_clients(request, server) > 1) {
        serve_add_pd(serve, serve_text("%s_net_vswitch", name), SERVE_PRIORITY_SWITCH,
                     "network_vswitch.elf",
                     serve_text("switches frames between clients of VM \"%s\"", name));
    }
    for (size_t i = 0; i < request->program_count; i++) {
        if (net_is_used(&request->programs[i].uses.services[SERVICE_NET], server)) {
            const char *client = request->programs[i].name;
            serve_add_pd(serve, serve_text("%s_net_copy", client), SERVE_PRIORITY_COPY,
                         "network_copy.elf",
                         serve_text("copies frames for program \"%s\"", client));
        }
    }
}

/* ---- Above the virtualisers ---- */

/* Tells the virtualisers of a client's address and of what it sends from, as number `index`. The
 * one of output does not look at frames: it has them not mapped. */
static void tell_of(struct net *net, const struct net_client *client, size_t index)
{
    net_virt_tx_data_region_t *region = &net->tx.clients[0].regions[index];
    net->rx.clients[0].mac_addrs[index] = client->config.mac_addr;
    region->data.region.size = net->serve->regions[client->tx_data].size;
    region->data.io_addr = serve_add_map(net->serve, net->vmm, client->tx_data, false);
    region->num_buffers = NET_BUFFERS;
}

/* One client, at the virtualisers themselves. */
static void connect_directly(struct net *net)
{
    struct net_client *client = &net->clients[0];
    net_connect_client(net, client, net->virt_rx, net->virt_tx, NET_BUFFERS);
    net->rx.clients[0].conn = client->rx;
    net->tx.clients[0].conn = client->tx;
    tell_of(net, client, 0);
}

/* Several, behind a switch, whose last port leads to the virtualisers. */
static void connect_switch(struct net *net)
{
    net_vswitch_config_t config;
    net_connection_resource_t ends[2];
    memset(&config, 0, sizeof(config));
    config.num_ports = (uint8_t)(net->client_count + 1);
    size_t all = net->client_count * NET_BUFFERS;
    uint64_t ports = (UINT64_C(1) << config.num_ports) - 1;
    net_vswitch_port_config_t *last = &config.ports[net->client_count];
    net_set_magic(config.magic);
    for (size_t i = 0; i < net->client_count; i++) {
        struct net_client *client = &net->clients[i];
        /* What any other may have under way to it fits. */
        net_connect_client(net, client, net->vswitch, net->vswitch, capacity_for(all));
        config.ports[i].rx = client->rx;
        config.ports[i].tx = client->tx;
        config.ports[i].tx_data = net_map(net, net->vswitch, client->tx_data, false);
        config.ports[i].mac_addr = client->config.mac_addr;
        config.ports[i].acl = ports & ~(UINT64_C(1) << i);
        tell_of(net, client, i);
    }
    net_connect(net, net->name, "net_vswitch_rx", NET_BUFFERS,
                (size_t[]){net->virt_rx, net->vswitch}, ends);
    net->rx.clients[0].conn = ends[0];
    last->tx = ends[1];
    last->tx_data = net_map(net, net->vswitch, net->rx_data, false);
    net_connect(net, net->name, "net_vswitch_tx", capacity_for(all),
                (size_t[]){net->virt_tx, net->vswitch}, ends);
    net->tx.clients[0].conn = ends[0];
    last->rx = ends[1];
    last->acl = ports >> 1;
    config.buffer_metadata =
        net_map(net, net->vswitch, add_metadata(net, "net_vswitch", all + NET_BUFFERS), true);
    serve_add_config(net->serve, net->vswitch, ".net_vswitch_config", &config, sizeof(config));
}

/* ---- The server ---- */

static void connect_server(struct net *net)
{
    net_connection_resource_t ends[2];
    net_connect(net, net->name, "net_virt_rx", NET_BUFFERS, (size_t[]){net->virt_rx, net->vmm},
                ends);
    net->rx.driver = ends[0];
    net->driver.virt_rx = ends[1];
    net_connect(net, net->name, "net_virt_tx", capacity_for(net->client_count * NET_BUFFERS),
                (size_t[]){net->virt_tx, net->vmm}, ends);
    net->tx.driver = ends[0];
    net->driver.virt_tx = ends[1];
    net->rx_data = net_add_data(net, net->name, "net_virt_rx", "frames that a server receives");
    net->rx_io = serve_add_map(net->serve, net->vmm, net->rx_data, true);
    net->rx.data = (device_region_resource_t){
        .region = net_map(net, net->virt_rx, net->rx_data, false), .io_addr = net->rx_io};
    net->rx.buffer_metadata =
        net_map(net, net->virt_rx, add_metadata(net, "net_virt_rx", NET_BUFFERS), true);
    net->rx.num_clients = 1;
    net->rx.clients[0].num_macs = (uint8_t)net->client_count;
    net->tx.num_clients = 1;
    net->tx.clients[0].num_regions = (uint8_t)net->client_count;
}

/* The server's device: what it copies into, and from. */
static void add_server(struct net *net, size_t vm)
{
    struct serve_device *device = serve_add_device(net->serve, vm, GUEST_DEVICE_NET_SERVER,
                                                   &net->driver, sizeof(net->driver));
    const net_virt_tx_client_config_t *tx = &net->tx.clients[0];
    device->region_count = 1 + (size_t)tx->num_regions;
    device->regions = alloc_array(device->region_count, sizeof(*device->regions));
    device->regions[0] = (struct guest_data_region){
        .va = net->rx_io, .size = net->rx.data.region.size, .is_writable = true};
    for (size_t i = 0; i < tx->num_regions; i++) {
        device->regions[i + 1] = (struct guest_data_region){
            .va = tx->regions[i].data.io_addr, .size = tx->regions[i].data.region.size};
    }
}

static size_t find_pd(const struct net *net, const char *what)
{
    char *name = serve_text("%s_net_%s", net->name, what);
    size_t pd = serve_find_pd(net->serve, name);
    free(name);
    return pd;
}

void serve_net_connect(struct compose *compose, size_t vm)
{
    struct net *net = alloc_array(1, sizeof(*net)); /* large: 64 clients of 64 regions each */
    size_t count = count_clients(compose->request, vm);
    net->compose = compose;
    net->serve = &compose->serve;
    net->name = compose->request->vms[vm].name;
    net->vmm = serve_vmm(&compose->serve, vm);
    net->virt_rx = find_pd(net, "virt_rx");
    net->virt_tx = find_pd(net, "virt_tx");
    net->vswitch = find_pd(net, "vswitch");
    net->clients = alloc_array(count, sizeof(*net->clients));
    net_list_clients(net, vm);
    net_set_magic(net->driver.magic);
    net_set_magic(net->rx.magic);
    net_set_magic(net->tx.magic);
    connect_server(net);
    if (net->vswitch == SERVE_PD_NONE) {
        connect_directly(net);
    } else {
        connect_switch(net);
    }
    net_finish_clients(net);
    add_server(net, vm);
    serve_add_config(net->serve, net->virt_rx, ".net_virt_rx_config", &net->rx, sizeof(net->rx));
    serve_add_config(net->serve, net->virt_tx, ".net_virt_tx_config", &net->tx, sizeof(net->tx));
    free(net->clients);
    free(net);
}
