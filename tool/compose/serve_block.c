/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Block: the server is sDDF's driver, which copies; a virtualiser shares its disk out by
 * partitions. The io address of a data region is the VA at which the server has it.
 */
#include <sddf/blk/config.h>
#include <sddf/blk/extension.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"

/* Entries of queues, powers of two. The virtualiser's queue to the server has room for several
 * clients; what does not fit waits in the clients' own. */
#define CLIENT_ENTRIES 128
#define SERVER_ENTRIES 512

#define BOUNCE_BYTES PAGE_SIZE_2M /* behind a guest's RAM, for data that is no whole page */
#define CLIENT_BYTES PAGE_SIZE_2M /* the data region of a program */
#define TABLES_BYTES 0x10000      /* where the virtualiser has partition tables read to */

static void set_magic(char *magic)
{
    memcpy(magic, SDDF_BLK_MAGIC, SDDF_BLK_MAGIC_LEN);
}

static region_resource_t shared(struct serve *serve, size_t pd, size_t region, bool is_writable)
{
    return (region_resource_t){.vaddr =
                                   (void *)(uintptr_t)serve_add_map(serve, pd, region, is_writable),
                               .size = serve->regions[region].size};
}

/* Connects who asks (pds[0]) with who answers. */
static void connect(struct serve *serve, const char *name, uint16_t entries, const size_t *pds,
                    blk_connection_resource_t *ends)
{
    size_t info = serve_add_region(serve, serve_text("%s_blk_info", name),
                                   BLK_STORAGE_INFO_REGION_SIZE, "what the disk is");
    size_t requests = serve_add_region(serve, serve_text("%s_blk_req", name),
                                       sizeof(blk_req_queue_t) + entries * sizeof(blk_req_t),
                                       "queue of requests");
    size_t responses = serve_add_region(serve, serve_text("%s_blk_resp", name),
                                        sizeof(blk_resp_queue_t) + entries * sizeof(blk_resp_t),
                                        "queue of responses");
    const struct serve_channel *channel = serve_add_channel(serve, pds[0], pds[1]);
    memset(ends, 0, 2 * sizeof(*ends));
    for (int i = 0; i < 2; i++) {
        ends[i].storage_info = shared(serve, pds[i], info, i == 1);
        ends[i].req_queue = shared(serve, pds[i], requests, true);
        ends[i].resp_queue = shared(serve, pds[i], responses, true);
        ends[i].num_buffers = entries;
        ends[i].id = (uint8_t)channel->ids[i];
    }
}

/* A server under construction. */
struct server {
    struct compose *compose;
    size_t virt, vmm; /* PDs */
    blk_virt_config_t config;
    struct guest_data_region *data; /* what the server copies from and to */
    size_t data_count, data_capacity;
};

/* The server may copy to and from `size` bytes of its memory at `va`. */
static void server_add_data(struct server *server, uint64_t va, uint64_t size)
{
    server->data =
        alloc_grow(server->data, server->data_count, &server->data_capacity, sizeof(*server->data));
    server->data[server->data_count++] =
        (struct guest_data_region){.va = va, .size = size, .is_writable = true};
}

/* Gives a VM's RAM, and behind it a bounce region, to its VMM and to the server: its data region.
 * Returns where the server has it. */
static uint64_t add_ram(struct server *server, size_t vm, uint64_t *size)
{
    struct serve *serve = &server->compose->serve;
    const struct vm_request *request = &server->compose->request->vms[vm];
    size_t ram = serve_add_data(serve, serve_text("%s_ram", request->name), request->ram_size,
                                "RAM of a guest");
    size_t bounce = serve_add_data(serve, serve_text("%s_blk_bounce", request->name), BOUNCE_BYTES,
                                   "data of block that is no whole page");
    serve->regions[ram].is_declared = true;
    serve->regions[ram].is_large = true;
    uint64_t va = serve_add_map(serve, server->vmm, ram, true);
    serve_add_map_at(serve, server->vmm, bounce, va + request->ram_size, true);
    serve_add_map_at(serve, serve_vmm(serve, vm), bounce, SERVE_RAM_VA + request->ram_size, true);
    *size = request->ram_size + BOUNCE_BYTES;
    return va;
}

/* Adds a client; its data region is `data` as it sees it and at `io` for the server. */
static void add_client(struct server *server, size_t pd, const char *name,
                       const struct service_use *use, region_resource_t data, uint64_t io,
                       blk_client_config_t *client)
{
    blk_connection_resource_t ends[2];
    blk_virt_config_client_t *row = &server->config.clients[server->config.num_clients++];
    connect(&server->compose->serve, name, CLIENT_ENTRIES, (size_t[]){pd, server->virt}, ends);
    memset(client, 0, sizeof(*client));
    set_magic(client->magic);
    client->data = data;
    client->virt = ends[0];
    row->conn = ends[1];
    row->data.region.size = data.size; /* the virtualiser does not have it mapped */
    row->data.io_addr = io;
    row->partition =
        use->is_whole_disk ? BLK_PARTITION_WHOLE_DISK : use->partition - 1; /* sDDF: from 0 */
    server_add_data(server, io, data.size);
}

static void add_vm(struct server *server, size_t vm)
{
    struct serve *serve = &server->compose->serve;
    const struct vm_request *request = &server->compose->request->vms[vm];
    region_resource_t data = {.vaddr = (void *)(uintptr_t)SERVE_RAM_VA};
    uint64_t io = add_ram(server, vm, &data.size);
    blk_client_config_t client;
    add_client(server, serve_vmm(serve, vm), request->name, &request->uses.services[SERVICE_BLOCK],
               data, io, &client);
    serve_add_device(serve, vm, GUEST_DEVICE_BLOCK, &client, sizeof(client));
}

static void add_program(struct server *server, size_t program)
{
    struct serve *serve = &server->compose->serve;
    const struct program_request *request = &server->compose->request->programs[program];
    size_t pd = serve_program(server->compose, program);
    size_t region = serve_add_data(serve, serve_text("%s_blk_data", request->name), CLIENT_BYTES,
                                   "data of block");
    region_resource_t data = shared(serve, pd, region, true);
    uint64_t io = serve_add_map(serve, server->vmm, region, true);
    blk_client_config_t client;
    add_client(server, pd, request->name, &request->uses.services[SERVICE_BLOCK], data, io,
               &client);
    serve_add_config(serve, pd, ".blk_client_config", &client, sizeof(client));
}

static bool is_used(const struct service_use *use, size_t server)
{
    return use->from != NULL && use->server == server;
}

static char *virt_name(const struct compose *compose, size_t server)
{
    return serve_text("%s_blk_virt", compose->request->vms[server].name);
}

void serve_block_pds(struct compose *compose, size_t server)
{
    serve_add_pd(&compose->serve, virt_name(compose, server), SERVE_PRIORITY_VIRT, "blk_virt.elf",
                 serve_text("shares the disk of VM \"%s\"", compose->request->vms[server].name));
}

void serve_block_connect(struct compose *compose, size_t vm)
{
    struct serve *serve = &compose->serve;
    const struct compose_request *request = compose->request;
    char *name = virt_name(compose, vm);
    struct server server;
    blk_driver_config_t driver;
    blk_connection_resource_t ends[2];
    memset(&server, 0, sizeof(server));
    memset(&driver, 0, sizeof(driver));
    server.compose = compose;
    server.virt = serve_find_pd(serve, name);
    server.vmm = serve_vmm(serve, vm);
    set_magic(driver.magic);
    set_magic(server.config.magic);
    connect(serve, name, SERVER_ENTRIES, (size_t[]){server.virt, server.vmm}, ends);
    server.config.driver.conn = ends[0];
    driver.virt = ends[1];
    size_t tables =
        serve_add_data(serve, serve_text("%s_tables", name), TABLES_BYTES, "partition tables");
    server.config.driver.data.region = shared(serve, server.virt, tables, true);
    server.config.driver.data.io_addr = serve_add_map(serve, server.vmm, tables, true);
    server_add_data(&server, server.config.driver.data.io_addr, TABLES_BYTES);
    for (size_t i = 0; i < request->vm_count; i++) {
        if (is_used(&request->vms[i].uses.services[SERVICE_BLOCK], vm)) {
            add_vm(&server, i);
        }
    }
    for (size_t i = 0; i < request->program_count; i++) {
        if (is_used(&request->programs[i].uses.services[SERVICE_BLOCK], vm)) {
            add_program(&server, i);
        }
    }
    serve_add_config(serve, server.virt, ".blk_virt_config", &server.config, sizeof(server.config));
    struct serve_device *device =
        serve_add_device(serve, vm, GUEST_DEVICE_BLOCK_SERVER, &driver, sizeof(driver));
    device->regions = server.data; /* becomes the table's */
    device->region_count = server.data_count;
    free(name);
}
