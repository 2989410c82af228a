/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Network, wired as docs/devices.md has it: the server is sDDF's driver, which copies; two
 * virtualisers stand above it, above them a switch if there are several clients, and a copier
 * before each native client.
 */
#include <sddf/network/config.h>
#include <sddf/network/queue.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"

#define BUFFERS 512 /* of the receive region, and of each client's transmit region */

/* A client of the network under construction. */
struct client {
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
    struct client *clients;
    size_t client_count;
    size_t rx_data; /* region: what the server receives into */
    uint64_t rx_io; /* where the server has it */
    net_driver_config_t driver;
    net_virt_rx_config_t rx;
    net_virt_tx_config_t tx;
};

/* The least power of two that is at least `count`: capacities of queues. */
static uint16_t capacity_for(size_t count)
{
    size_t capacity = BUFFERS;
    while (capacity < count) {
        capacity *= 2;
    }
    return (uint16_t)capacity;
}

static void set_magic(char *magic)
{
    memcpy(magic, SDDF_NET_MAGIC, SDDF_NET_MAGIC_LEN);
}

static region_resource_t map(struct net *net, size_t pd, size_t region, bool is_writable)
{
    return (region_resource_t){
        .vaddr = (void *)(uintptr_t)serve_add_map(net->serve, pd, region, is_writable),
        .size = net->serve->regions[region].size};
}

/* Connects two PDs in one direction. */
static void connect(struct net *net, const char *prefix, const char *what, uint16_t capacity,
                    const size_t *pds, net_connection_resource_t *ends)
{
    struct serve *serve = net->serve;
    size_t free = serve_add_region(serve, serve_text("%s_%s_free", prefix, what),
                                   net_queue_size(capacity), "queue of free buffers");
    size_t active = serve_add_region(serve, serve_text("%s_%s_active", prefix, what),
                                     net_queue_size(capacity), "queue of frames");
    const struct serve_channel *channel = serve_add_channel(serve, pds[0], pds[1]);
    for (int i = 0; i < 2; i++) {
        ends[i] = (net_connection_resource_t){.free_queue = map(net, pds[i], free, true),
                                              .active_queue = map(net, pds[i], active, true),
                                              .num_buffers = capacity,
                                              .id = (uint8_t)channel->ids[i]};
    }
}

static size_t add_data(struct net *net, const char *name, const char *which, const char *what)
{
    return serve_add_data(net->serve, serve_text("%s_%s_data", name, which),
                          (uint64_t)BUFFERS * NET_BUFFER_SIZE, what);
}

static size_t add_metadata(struct net *net, const char *which, size_t buffers)
{
    return serve_add_region(net->serve, serve_text("%s_%s_metadata", net->name, which), buffers,
                            "a byte a buffer");
}

/* ---- PDs ---- */

static bool is_used(const struct service_use *use, size_t server)
{
    return use->from != NULL && use->server == server;
}

/* How many VMs and programs use the network of a VM. */
static size_t count_clients(const struct compose_request *request, size_t server)
{
    size_t count = 0;
    for (size_t i = 0; i < request->vm_count; i++) {
        count += is_used(&request->vms[i].uses.services[SERVICE_NET], server);
    }
    for (size_t i = 0; i < request->program_count; i++) {
        count += is_used(&request->programs[i].uses.services[SERVICE_NET], server);
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
        if (is_used(&request->programs[i].uses.services[SERVICE_NET], server)) {
            const char *client = request->programs[i].name;
            serve_add_pd(serve, serve_text("%s_net_copy", client), SERVE_PRIORITY_COPY,
                         "network_copy.elf",
                         serve_text("copies frames for program \"%s\"", client));
        }
    }
}

/* ---- Clients ---- */

static void add_client(struct net *net, size_t pd, size_t vm, const char *name,
                       const struct service_use *use)
{
    struct client *client = &net->clients[net->client_count];
    *client = (struct client){.name = name, .vm = vm, .pd = pd, .copy = SERVE_PD_NONE};
    set_magic(client->config.magic);
    memcpy(client->config.mac_addr.addr, use->mac, MAC_SIZE);
    if (vm == NODE_NONE) {
        char *copy = serve_text("%s_net_copy", name);
        client->copy = serve_find_pd(net->serve, copy);
        free(copy);
    }
    client->tx_data = add_data(net, name, "net_tx", "frames that a client sends");
    net->client_count++;
}

static void list_clients(struct net *net, size_t server)
{
    const struct compose_request *request = net->compose->request;
    for (size_t i = 0; i < request->vm_count; i++) {
        const struct service_use *use = &request->vms[i].uses.services[SERVICE_NET];
        if (is_used(use, server)) {
            add_client(net, serve_vmm(net->serve, i), i, request->vms[i].name, use);
        }
    }
    for (size_t i = 0; i < request->program_count; i++) {
        const struct service_use *use = &request->programs[i].uses.services[SERVICE_NET];
        if (is_used(use, server)) {
            add_client(net, serve_program(net->compose, i), NODE_NONE, request->programs[i].name,
                       use);
        }
    }
}

/* Connects a client with what is above the virtualisers: the switch, or those themselves. */
static void connect_client(struct net *net, struct client *client, size_t above_rx, size_t above_tx,
                           uint16_t rx_capacity)
{
    net_connection_resource_t ends[2];
    connect(net, client->name, "net_tx", BUFFERS, (size_t[]){above_tx, client->pd}, ends);
    client->tx = ends[0];
    client->config.tx = ends[1];
    client->config.tx_data = map(net, client->pd, client->tx_data, true);
    size_t receiver = client->vm == NODE_NONE ? client->copy : client->pd;
    connect(net, client->name, "net_rx", rx_capacity, (size_t[]){above_rx, receiver}, ends);
    client->rx = ends[0];
    client->config.rx = ends[1]; /* for a program, its copier's; see finish_program() */
}

/* Gives a receiver what lies behind each oid: the transmit regions of others, and the receive
 * region. `regions` has room for all. */
static size_t map_sources(struct net *net, const struct client *client, size_t pd,
                          region_resource_t *regions)
{
    size_t count = 0;
    if (net->vswitch != SERVE_PD_NONE) {
        for (; count < net->client_count; count++) {
            if (&net->clients[count] != client) {
                regions[count] = map(net, pd, net->clients[count].tx_data, false);
            }
        }
    }
    regions[count++] = map(net, pd, net->rx_data, false);
    return count;
}

static void finish_vm(struct net *net, struct client *client)
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

static void finish_program(struct net *net, struct client *client)
{
    net_copy_config_t copy = {.rx = client->config.rx};
    net_connection_resource_t ends[2];
    set_magic(copy.magic);
    map_sources(net, client, client->copy, copy.rx_data);
    connect(net, client->name, "net_copy", BUFFERS, (size_t[]){client->copy, client->pd}, ends);
    size_t data = add_data(net, client->name, "net_copy", "frames that a client receives");
    copy.client = ends[0];
    copy.client_data = map(net, client->copy, data, true);
    client->config.rx = ends[1];
    client->config.rx_data = map(net, client->pd, data, false);
    serve_add_config(net->serve, client->copy, ".net_copy_config", &copy, sizeof(copy));
    serve_add_config(net->serve, client->pd, ".net_client_config", &client->config,
                     sizeof(client->config));
}

/* ---- Above the virtualisers ---- */

static net_virt_tx_data_region_t tx_region(struct net *net, const struct client *client)
{
    /* The virtualiser does not look at frames: it has them not mapped. */
    return (net_virt_tx_data_region_t){
        .data = {.region = {.size = net->serve->regions[client->tx_data].size},
                 .io_addr = serve_add_map(net->serve, net->vmm, client->tx_data, false)},
        .num_buffers = BUFFERS};
}

/* One client, at the virtualisers themselves. */
static void connect_directly(struct net *net)
{
    struct client *client = &net->clients[0];
    connect_client(net, client, net->virt_rx, net->virt_tx, BUFFERS);
    net->rx.clients[0] = (net_virt_rx_client_config_t){
        .conn = client->rx, .mac_addrs = {client->config.mac_addr}, .num_macs = 1};
    net->tx.clients[0] = (net_virt_tx_client_config_t){
        .conn = client->tx, .regions = {tx_region(net, client)}, .num_regions = 1};
}

/* Several, behind a switch, whose last port leads to the virtualisers. */
static void connect_switch(struct net *net)
{
    net_vswitch_config_t config = {.num_ports = (uint8_t)(net->client_count + 1)};
    net_connection_resource_t ends[2];
    size_t all = net->client_count * BUFFERS;
    uint64_t ports = (UINT64_C(1) << config.num_ports) - 1;
    net_vswitch_port_config_t *last = &config.ports[net->client_count];
    set_magic(config.magic);
    for (size_t i = 0; i < net->client_count; i++) {
        struct client *client = &net->clients[i];
        /* What any other may have under way to it fits. */
        connect_client(net, client, net->vswitch, net->vswitch, capacity_for(all));
        config.ports[i] =
            (net_vswitch_port_config_t){.rx = client->rx,
                                        .tx = client->tx,
                                        .tx_data = map(net, net->vswitch, client->tx_data, false),
                                        .mac_addr = client->config.mac_addr,
                                        .acl = ports & ~(UINT64_C(1) << i)};
        net->rx.clients[0].mac_addrs[i] = client->config.mac_addr;
        net->tx.clients[0].regions[i] = tx_region(net, client);
    }
    connect(net, net->name, "net_vswitch_rx", BUFFERS, (size_t[]){net->virt_rx, net->vswitch},
            ends);
    net->rx.clients[0].conn = ends[0];
    net->rx.clients[0].num_macs = (uint8_t)net->client_count;
    last->tx = ends[1];
    last->tx_data = map(net, net->vswitch, net->rx_data, false);
    connect(net, net->name, "net_vswitch_tx", capacity_for(all),
            (size_t[]){net->virt_tx, net->vswitch}, ends);
    net->tx.clients[0].conn = ends[0];
    net->tx.clients[0].num_regions = (uint8_t)net->client_count;
    last->rx = ends[1];
    last->acl = ports >> 1;
    config.buffer_metadata =
        map(net, net->vswitch, add_metadata(net, "net_vswitch", all + BUFFERS), true);
    serve_add_config(net->serve, net->vswitch, ".net_vswitch_config", &config, sizeof(config));
}

/* ---- The server ---- */

static void connect_server(struct net *net)
{
    net_connection_resource_t ends[2];
    connect(net, net->name, "net_virt_rx", BUFFERS, (size_t[]){net->virt_rx, net->vmm}, ends);
    net->rx.driver = ends[0];
    net->driver.virt_rx = ends[1];
    connect(net, net->name, "net_virt_tx", capacity_for(net->client_count * BUFFERS),
            (size_t[]){net->virt_tx, net->vmm}, ends);
    net->tx.driver = ends[0];
    net->driver.virt_tx = ends[1];
    net->rx_data = add_data(net, net->name, "net_virt_rx", "frames that a server receives");
    net->rx_io = serve_add_map(net->serve, net->vmm, net->rx_data, true);
    net->rx.data = (device_region_resource_t){.region = map(net, net->virt_rx, net->rx_data, false),
                                              .io_addr = net->rx_io};
    net->rx.buffer_metadata =
        map(net, net->virt_rx, add_metadata(net, "net_virt_rx", BUFFERS), true);
    net->rx.num_clients = 1;
    net->tx.num_clients = 1;
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
    *net = (struct net){.compose = compose,
                        .serve = &compose->serve,
                        .name = compose->request->vms[vm].name,
                        .vmm = serve_vmm(&compose->serve, vm)};
    net->virt_rx = find_pd(net, "virt_rx");
    net->virt_tx = find_pd(net, "virt_tx");
    net->vswitch = find_pd(net, "vswitch");
    net->clients = alloc_array(count, sizeof(*net->clients));
    list_clients(net, vm);
    set_magic(net->driver.magic);
    set_magic(net->rx.magic);
    set_magic(net->tx.magic);
    connect_server(net);
    if (net->vswitch == SERVE_PD_NONE) {
        connect_directly(net);
    } else {
        connect_switch(net);
    }
    for (size_t i = 0; i < net->client_count; i++) {
        if (net->clients[i].vm == NODE_NONE) {
            finish_program(net, &net->clients[i]);
        } else {
            finish_vm(net, &net->clients[i]);
        }
    }
    add_server(net, vm);
    serve_add_config(net->serve, net->virt_rx, ".net_virt_rx_config", &net->rx, sizeof(net->rx));
    serve_add_config(net->serve, net->virt_tx, ".net_virt_tx_config", &net->tx, sizeof(net->tx));
    free(net->clients);
    free(net);
}
