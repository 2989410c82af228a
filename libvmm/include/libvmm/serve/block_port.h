/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A block server at a named port of a virtio-console: the usual way to one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/serve/block.h>
#include <libvmm/virtio/console.h>

/* Provided by the caller, zeroed, for as long as the VMM runs. */
struct block_port {
    struct block_server server;
    struct virtio_console_device *console;
    unsigned port;
    blk_connection_resource_t virt;
    char name[sizeof AGENT_BLOCK_PORT + 2];
};

/*
 * Serves the guest's disk number `number` (below 100) through port AGENT_BLOCK_PORT`number` of
 * `console` as the driver that `config` describes; io addresses in its queue are VAs in `regions`.
 * After the console's initialisation, before the guest runs. Returns false, after saying why, if
 * the configuration is none or the console has no room for the port.
 */
bool block_port_init(struct block_port *block_port, struct virtio_console_device *console,
                     unsigned number, const blk_driver_config_t *config,
                     const struct guest_data_region *regions, uint32_t region_count);

/* The virtualiser has notified, on channel `config->virt.id`. */
static inline void block_port_notified(struct block_port *block_port)
{
    block_server_notified(&block_port->server);
}
