/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio devices of the guest table. Each kind has a function that makes a device out of its
 * configuration, which is sDDF's, and enters the channels on which its other ends notify.
 */
#include "devices.h"

#include <sddf/blk/config.h>
#include <sddf/network/config.h>
#include <sddf/serial/config.h>

#include <libvmm/guest.h>
#include <libvmm/guest_table.h>
#include <libvmm/serve/block_port.h>
#include <libvmm/util/util.h>
#include <libvmm/virtio/block.h>
#include <libvmm/virtio/console.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/net.h>

struct console {
    struct virtio_console_device device;
    serial_queue_handle_t rx, tx;
};

struct block {
    struct virtio_blk_device device;
    blk_queue_handle_t queue;
};

struct net {
    struct virtio_net_device device;
    net_queue_handle_t rx, tx;
};

struct block_server_device {
    struct virtio_console_device console;
    struct block_port port;
};

static struct console consoles[DEVICES_MAX];
static struct block blocks[DEVICES_MAX];
static struct net nets[DEVICES_MAX]; /* of either role */
static struct block_server_device block_servers[DEVICES_MAX];
static unsigned console_count, block_count, net_count, block_server_count;

/* Who hears of a channel. */
static struct {
    void (*notified)(void *device, microkit_channel channel);
    void *device;
} listeners[MICROKIT_MAX_CHANNELS];

static bool listen(uint8_t channel, void (*notified)(void *device, microkit_channel channel),
                   void *device)
{
    if (channel >= MICROKIT_MAX_CHANNELS || listeners[channel].notified != NULL) {
        LOG_VMM_ERR("guest table: channel %u is no channel, or two devices have it\n", channel);
        return false;
    }
    listeners[channel].notified = notified;
    listeners[channel].device = device;
    return true;
}

bool devices_notified(microkit_channel channel)
{
    if (channel >= MICROKIT_MAX_CHANNELS || listeners[channel].notified == NULL) {
        return false;
    }
    listeners[channel].notified(listeners[channel].device, channel);
    return true;
}

static irq_routing_info_t route_of(const struct guest_device *info)
{
    return ARM_GIC_IRQ_ROUTE(GUEST_BOOT_VCPU_ID, info->intid);
}

/* The guest reads the device's registers in the page that the table says. */
static bool registers_show(const struct guest_device *info, struct virtio_device *device)
{
    return info->registers_va == 0 ||
           virtio_mmio_set_registers_page(device, (void *)(uintptr_t)info->registers_va,
                                          GUEST_DEVICE_SIZE);
}

/* ---- Clients ---- */

static void console_notified(void *device, microkit_channel channel)
{
    (void)channel;
    virtio_console_queue_notify(device);
}

static bool console_init(const struct guest_device *info, const void *configuration)
{
    const serial_client_config_t *config = configuration;
    struct console *console = &consoles[console_count++];
    if (!serial_queue_init(&console->rx, config->rx.queue.vaddr, (uint32_t)config->rx.data.size,
                           config->rx.data.vaddr) ||
        !serial_queue_init(&console->tx, config->tx.queue.vaddr, (uint32_t)config->tx.data.size,
                           config->tx.data.vaddr)) {
        LOG_VMM_ERR("guest table: a console's queue has a size that is no power of two\n");
        return false;
    }
    return virtio_mmio_console_init(&console->device, info->gpa, GUEST_DEVICE_SIZE, route_of(info),
                                    &console->rx, &console->tx, config->tx.id, config->rx.id) &&
           registers_show(info, &console->device.virtio_device) &&
           listen(config->rx.id, console_notified, &console->device) &&
           (config->tx.id == config->rx.id ||
            listen(config->tx.id, console_notified, &console->device));
}

static void block_notified(void *device, microkit_channel channel)
{
    (void)channel;
    virtio_blk_handle_resp(device);
}

static bool block_init(const struct guest_device *info, const void *configuration)
{
    const blk_client_config_t *config = configuration;
    struct block *block = &blocks[block_count++];
    blk_queue_init(&block->queue, config->virt.req_queue.vaddr, config->virt.resp_queue.vaddr,
                   config->virt.num_buffers);
    return virtio_mmio_blk_init(&block->device, info->gpa, GUEST_DEVICE_SIZE, route_of(info),
                                (uintptr_t)config->data.vaddr, config->data.size,
                                config->virt.storage_info.vaddr, &block->queue,
                                config->virt.num_buffers, config->virt.id) &&
           registers_show(info, &block->device.virtio_device) &&
           listen(config->virt.id, block_notified, &block->device);
}

static void net_notified(void *device, microkit_channel channel)
{
    virtio_net_notified(device, channel);
}

/* The device's data regions that are, or are not, to be written. */
static size_t regions_of(const struct guest_table *table, const struct guest_device *info,
                         bool writable, struct virtio_net_region *regions)
{
    const struct guest_data_region *all = guest_table_regions(table, info);
    size_t count = 0;
    for (uint32_t i = 0; i < info->region_count && count < VIRTIO_NET_REGIONS_MAX; i++) {
        if ((all[i].is_writable != 0) == writable) {
            regions[count++] = (struct virtio_net_region){.va = all[i].va, .size = all[i].size};
        }
    }
    return count;
}

static bool net_init(const struct guest_table *table, const struct guest_device *info,
                     const void *configuration)
{
    static struct virtio_net_region regions[VIRTIO_NET_REGIONS_MAX];
    const net_client_config_t *config = configuration;
    struct net *net = &nets[net_count++];
    mac_addr_t mac = config->mac_addr;
    net_queue_init(&net->rx, config->rx.free_queue.vaddr, config->rx.active_queue.vaddr,
                   config->rx.num_buffers);
    net_queue_init(&net->tx, config->tx.free_queue.vaddr, config->tx.active_queue.vaddr,
                   config->tx.num_buffers);
    net_buffers_init(&net->tx, 0); /* a client's to do, once */
    if (!virtio_mmio_net_init(&net->device, info->gpa, GUEST_DEVICE_SIZE, route_of(info), &net->rx,
                              &net->tx, (uintptr_t)config->rx_data.vaddr,
                              (uintptr_t)config->tx_data.vaddr, config->rx.id, config->tx.id,
                              mac.addr, false)) {
        return false;
    }
    size_t count = regions_of(table, info, false, regions);
    return (count == 0 || virtio_net_set_rx_regions(&net->device, regions, count)) &&
           registers_show(info, &net->device.virtio_device) &&
           listen(config->rx.id, net_notified, &net->device) &&
           (config->tx.id == config->rx.id || listen(config->tx.id, net_notified, &net->device));
}

/* ---- What the guest serves ---- */

static void block_server_device_notified(void *device, microkit_channel channel)
{
    struct block_server_device *server = device;
    (void)channel;
    block_port_notified(&server->port);
    if (server->port.server.state == BLOCK_SERVER_CONNECTED) {
        guest_came_up(); /* it serves: what ends it now is no failed boot */
    }
}

static bool block_server_device_init(const struct guest_table *table,
                                     const struct guest_device *info, const void *configuration)
{
    const blk_driver_config_t *config = configuration;
    unsigned number = block_server_count++;
    struct block_server_device *server = &block_servers[number];
    return virtio_mmio_console_init(&server->console, info->gpa, GUEST_DEVICE_SIZE, route_of(info),
                                    NULL, NULL, -1, -1) &&
           block_port_init(&server->port, &server->console, number, config,
                           guest_table_regions(table, info), info->region_count) &&
           registers_show(info, &server->console.virtio_device) &&
           listen(config->virt.id, block_server_device_notified, server);
}

/* The device's own address, which nobody speaks to: locally administered, by its place. */
static mac_addr_t server_mac(unsigned number)
{
    return (mac_addr_t){{0x02, 0x64, 0x72, 0x76, 0x72, (uint8_t)number}};
}

static bool net_server_init(const struct guest_table *table, const struct guest_device *info,
                            const void *configuration)
{
    static struct virtio_net_region receive[VIRTIO_NET_REGIONS_MAX],
        transmit[VIRTIO_NET_REGIONS_MAX];
    const net_driver_config_t *config = configuration;
    const mac_addr_t mac = server_mac(net_count);
    struct net *net = &nets[net_count++];
    net_queue_init(&net->rx, config->virt_rx.free_queue.vaddr, config->virt_rx.active_queue.vaddr,
                   config->virt_rx.num_buffers);
    net_queue_init(&net->tx, config->virt_tx.free_queue.vaddr, config->virt_tx.active_queue.vaddr,
                   config->virt_tx.num_buffers);
    return virtio_mmio_net_server_init(&net->device, info->gpa, GUEST_DEVICE_SIZE, route_of(info),
                                       &net->rx, &net->tx, receive,
                                       regions_of(table, info, true, receive), transmit,
                                       regions_of(table, info, false, transmit), config->virt_rx.id,
                                       config->virt_tx.id, mac.addr) &&
           registers_show(info, &net->device.virtio_device) &&
           listen(config->virt_rx.id, net_notified, &net->device) &&
           listen(config->virt_tx.id, net_notified, &net->device);
}

/* ---- All of them ---- */

/* Each kind: what its configuration is, and how many there are. */
static const struct kind {
    const char *name;
    size_t config_size;
    bool (*has_magic)(void *config);
    const unsigned *count;
} kinds[] = {
    [GUEST_DEVICE_CONSOLE] = {"console", sizeof(serial_client_config_t), serial_config_check_magic,
                              &console_count},
    [GUEST_DEVICE_BLOCK] = {"disk", sizeof(blk_client_config_t), blk_config_check_magic,
                            &block_count},
    [GUEST_DEVICE_NET] = {"network device", sizeof(net_client_config_t), net_config_check_magic,
                          &net_count},
    [GUEST_DEVICE_BLOCK_SERVER] = {"served disk", sizeof(blk_driver_config_t),
                                   blk_config_check_magic, &block_server_count},
    [GUEST_DEVICE_NET_SERVER] = {"served network", sizeof(net_driver_config_t),
                                 net_config_check_magic, &net_count},
};

static bool kind_check(const struct guest_device *info, const void *config)
{
    const struct kind *kind = &kinds[info->kind];
    if (*kind->count == DEVICES_MAX) {
        LOG_VMM_ERR("guest table: more than %u devices of the kind \"%s\"\n", DEVICES_MAX,
                    kind->name);
        return false;
    }
    if (info->config_size != kind->config_size || !kind->has_magic((void *)(uintptr_t)config)) {
        LOG_VMM_ERR(
            "guest table: %s at 0x%lx (GPA): %u bytes that are not its configuration, which "
            "has %lu; compose the system with the tool of the same release\n",
            kind->name, (unsigned long)info->gpa, info->config_size,
            (unsigned long)kind->config_size);
        return false;
    }
    return true;
}

static bool device_init(const struct guest_table *table, const struct guest_device *info)
{
    const void *config = guest_table_config(table, info);
    if (!kind_check(info, config)) {
        return false;
    }
    switch (info->kind) {
    case GUEST_DEVICE_CONSOLE:
        return console_init(info, config);
    case GUEST_DEVICE_BLOCK:
        return block_init(info, config);
    case GUEST_DEVICE_NET:
        return net_init(table, info, config);
    case GUEST_DEVICE_BLOCK_SERVER:
        return block_server_device_init(table, info, config);
    default:
        return net_server_init(table, info, config);
    }
}

bool devices_init(const struct guest_table *table)
{
    const struct guest_device *info = guest_table_devices(table);
    for (uint32_t i = 0; i < table->device_count; i++, info++) {
        if (!device_init(table, info)) {
            LOG_VMM_ERR("guest table: device %u, the %s at 0x%lx (GPA), cannot be had\n", i,
                        kinds[info->kind].name, (unsigned long)info->gpa);
            return false;
        }
    }
    return true;
}
