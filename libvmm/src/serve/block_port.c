/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What lies between a block server and the port through which its agent speaks.
 */
#include <microkit.h>

#include <libvmm/serve/block_port.h>
#include <libvmm/util/util.h>

static void port_opened(void *data, bool guest_opened)
{
    struct block_port *block_port = data;
    if (guest_opened) {
        block_server_opened(&block_port->server);
    } else {
        block_server_closed(&block_port->server);
    }
}

static void port_received(void *data, const struct virtio_chain *chain)
{
    struct block_port *block_port = data;
    /* One byte more than anything that makes sense, so that what is too long is seen to be. */
    uint8_t bytes[sizeof(struct agent_hello) + 1];
    uint32_t size = virtio_chain_read(chain, 0, bytes, sizeof bytes);
    block_server_received(&block_port->server, bytes, size);
}

static void port_writable(void *data)
{
    struct block_port *block_port = data;
    block_server_writable(&block_port->server);
}

static bool server_send(void *data, const void *bytes, uint32_t size)
{
    struct block_port *block_port = data;
    return virtio_console_port_send(block_port->console, block_port->port, bytes, size);
}

static void server_notify(void *data)
{
    struct block_port *block_port = data;
    microkit_notify(block_port->virt.id);
}

static void name_make(char *name, unsigned number)
{
    static const char prefix[] = AGENT_BLOCK_PORT;
    char *end = name + sizeof prefix - 1;
    __builtin_memcpy(name, prefix, sizeof prefix);
    if (number >= 10) {
        *end++ = (char)('0' + number / 10);
    }
    *end++ = (char)('0' + number % 10);
    *end = '\0';
}

bool block_port_init(struct block_port *block_port, struct virtio_console_device *console,
                     unsigned number, const blk_driver_config_t *config,
                     const struct guest_data_region *regions, uint32_t region_count)
{
    static const struct virtio_console_port_ops port_ops = {
        .opened = port_opened,
        .received = port_received,
        .writable = port_writable,
    };
    static const struct block_server_ops server_ops = {
        .send = server_send,
        .notify = server_notify,
    };
    if (number >= 100 || __builtin_memcmp(config->magic, SDDF_BLK_MAGIC, SDDF_BLK_MAGIC_LEN) != 0) {
        LOG_VMM_ERR("disk server %u: its configuration is not that of a block driver\n", number);
        return false;
    }
    block_port->console = console;
    block_port->virt = config->virt;
    name_make(block_port->name, number);
    struct block_server_config server_config = {
        .name = block_port->name,
        .virt = &block_port->virt,
        .regions = regions,
        .region_count = region_count,
        .ops = &server_ops,
        .data = block_port,
    };
    if (!block_server_init(&block_port->server, &server_config)) {
        return false;
    }
    block_port->port = virtio_console_port_add(console, block_port->name, &port_ops, block_port);
    return block_port->port != 0;
}
