/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The console: a native driver has the UART, and two virtualisers share it out, one for output and
 * one for input.
 */
#include <sddf/serial/config.h>
#include <sddf/serial/queue.h>
#include <string.h>

#include "compose.h"

#define DRIVER   "serial_driver"
#define VIRT_TX  "serial_virt_tx"
#define VIRT_RX  "serial_virt_rx"
#define TX_BYTES 0x10000 /* a burst of a kernel's log */
#define RX_BYTES 0x1000  /* what somebody types */
#define BAUD     115200
#define NOTICES  "input" /* who says, among clients, which of them has it */

/* Ctrl-\ (FS, 28) and a client's number, ended by Enter, give the input to that client. */
#define SWITCH_CHAR 28
#define TERMINATE   '\r'
#define BEGIN       "Ctrl-\\ ? says who has the input, and how another gets it\r\n"

/* ---- PDs ---- */

void serve_console_pds(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    if (compose->request->console == NULL) {
        return;
    }
    const struct composed_vm *owner = &compose->vms[compose->vm_count];
    size_t node = owner->grants[0].node;
    size_t driver = serve_add_pd(serve, serve_text(DRIVER), SERVE_PRIORITY_DRIVER,
                                 serve_uart_program(compose->devtree, node),
                                 serve_text("drives %s", compose->devtree->nodes[node].path));
    serve->pds[driver].owner = compose->vm_count;
    serve_add_pd(serve, serve_text(VIRT_TX), SERVE_PRIORITY_VIRT, "serial_virt_tx.elf",
                 serve_text("shares the UART's output"));
    serve_add_pd(serve, serve_text(VIRT_RX), SERVE_PRIORITY_VIRT, "serial_virt_rx.elf",
                 serve_text("shares the UART's input"));
}

/* ---- Connections ---- */

static region_resource_t shared(struct serve *serve, size_t pd, size_t region, bool is_writable)
{
    return (region_resource_t){.vaddr =
                                   (void *)(uintptr_t)serve_add_map(serve, pd, region, is_writable),
                               .size = serve->regions[region].size};
}

/* Connects two PDs, from the first, which alone writes bytes, to the second: a queue, its data, a
 * channel. */
static void connect(struct serve *serve, const char *name, const char *direction, uint64_t bytes,
                    const size_t *pds, serial_connection_resource_t *ends)
{
    size_t queue = serve_add_region(serve, serve_text("%s_serial_%s_queue", name, direction),
                                    sizeof(serial_queue_t), "queue of the console");
    size_t data = serve_add_data(serve, serve_text("%s_serial_%s_data", name, direction), bytes,
                                 "bytes of the console");
    const struct serve_channel *channel = serve_add_channel(serve, pds[0], pds[1]);
    memset(ends, 0, 2 * sizeof(*ends));
    for (int i = 0; i < 2; i++) {
        ends[i].queue = shared(serve, pds[i], queue, true);
        ends[i].data = shared(serve, pds[i], data, i == 0);
        ends[i].id = (uint8_t)channel->ids[i];
    }
}

/* The virtualisers' configurations, as they grow with their clients. */
struct virtualisers {
    size_t tx, rx; /* PDs */
    serial_virt_tx_config_t tx_config;
    serial_virt_rx_config_t rx_config;
    serial_virt_rx_names_t rx_names;
};

/* Adds a client of the output only. */
static void add_writer(struct serve *serve, struct virtualisers *virt, size_t pd, const char *name,
                       serial_client_config_t *client)
{
    serial_connection_resource_t ends[2];
    memset(client, 0, sizeof(*client));
    memcpy(client->magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    serial_virt_tx_client_config_t *tx = &virt->tx_config.clients[virt->tx_config.num_clients++];
    connect(serve, serve->pds[pd].name, "tx", TX_BYTES, (size_t[]){pd, virt->tx}, ends);
    tx->conn = ends[1];
    memcpy(tx->name, name, strlen(name)); /* request_is_name() has seen to its length */
    client->tx = ends[0];
}

static void add_client(struct serve *serve, struct virtualisers *virt, size_t pd, const char *name,
                       serial_client_config_t *client)
{
    serial_connection_resource_t ends[2];
    add_writer(serve, virt, pd, name, client);
    connect(serve, serve->pds[pd].name, "rx", RX_BYTES, (size_t[]){virt->rx, pd}, ends);
    memcpy(virt->rx_names.names[virt->rx_config.num_clients], name, strlen(name));
    virt->rx_config.clients[virt->rx_config.num_clients++] = ends[0];
    client->rx = ends[1];
}

/* The virtualiser of input says through that of output who of several has it. One alone has its
 * bytes go out as they are. */
static void add_notices(struct serve *serve, struct virtualisers *virt)
{
    memcpy(virt->tx_config.begin_str, BEGIN, sizeof(BEGIN));
    serial_client_config_t client;
    add_writer(serve, virt, virt->rx, NOTICES, &client);
    memcpy(virt->rx_names.magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    serve_add_config(serve, virt->rx, ".serial_client_config", &client, sizeof(client))
        ->is_optional = true;
    serve_add_config(serve, virt->rx, ".serial_virt_rx_names", &virt->rx_names,
                     sizeof(virt->rx_names))
        ->is_optional = true;
}

static void add_clients(struct compose *compose, struct virtualisers *virt)
{
    struct serve *serve = &compose->serve;
    const struct compose_request *request = compose->request;
    serial_client_config_t client;
    for (size_t vm = 0; vm < request->vm_count; vm++) {
        if (request->vms[vm].uses.console) {
            add_client(serve, virt, serve_vmm(serve, vm), request->vms[vm].name, &client);
            serve_add_device(serve, vm, GUEST_DEVICE_CONSOLE, &client, sizeof(client));
        }
    }
    for (size_t i = 0; i < request->program_count; i++) {
        if (request->programs[i].uses.console) {
            size_t pd = serve_program(compose, i);
            add_client(serve, virt, pd, request->programs[i].name, &client);
            serve_add_config(serve, pd, ".serial_client_config", &client, sizeof(client));
        }
    }
}

bool serve_console_connect(struct compose *compose)
{
    struct serve *serve = &compose->serve;
    if (compose->request->console == NULL) {
        return true;
    }
    size_t driver = serve_find_pd(serve, DRIVER);
    struct virtualisers virt;
    serial_driver_config_t driver_config;
    serial_connection_resource_t ends[2];
    memset(&virt, 0, sizeof(virt));
    memset(&driver_config, 0, sizeof(driver_config));
    virt.tx = serve_find_pd(serve, VIRT_TX);
    virt.rx = serve_find_pd(serve, VIRT_RX);
    virt.tx_config.enable_colour = true;
    virt.tx_config.enable_rx = true;
    virt.rx_config.switch_char = SWITCH_CHAR;
    virt.rx_config.terminate_num_char = TERMINATE;
    driver_config.default_baud = BAUD;
    driver_config.rx_enabled = true;
    memcpy(driver_config.magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    memcpy(virt.tx_config.magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    memcpy(virt.rx_config.magic, SDDF_SERIAL_MAGIC, SDDF_SERIAL_MAGIC_LEN);
    if (!serve_uart_resources(compose, driver)) {
        return false;
    }
    connect(serve, DRIVER, "tx", TX_BYTES, (size_t[]){virt.tx, driver}, ends);
    virt.tx_config.driver = ends[0];
    driver_config.tx = ends[1];
    connect(serve, DRIVER, "rx", RX_BYTES, (size_t[]){driver, virt.rx}, ends);
    driver_config.rx = ends[0];
    virt.rx_config.driver = ends[1];
    add_clients(compose, &virt);
    if (virt.rx_config.num_clients > 1) {
        add_notices(serve, &virt);
    }
    serve_add_config(serve, driver, ".serial_driver_config", &driver_config, sizeof(driver_config));
    serve_add_config(serve, virt.tx, ".serial_virt_tx_config", &virt.tx_config,
                     sizeof(virt.tx_config));
    serve_add_config(serve, virt.rx, ".serial_virt_rx_config", &virt.rx_config,
                     sizeof(virt.rx_config));
    return true;
}
