/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Network devices out of sDDF's configurations and the regions of a guest table.
 */
#include <libvmm/util/util.h>
#include <libvmm/virtio/net.h>

/* A handle for one direction of a connection. False, after saying why, if there is no room for its
 * buffers' descriptors. */
static bool connection_init(net_queue_handle_t *queue, const char *name,
                            const net_connection_resource_t *connection)
{
    size_t size = net_queue_size(connection->num_buffers);
    if (connection->free_queue.size < size || connection->active_queue.size < size ||
        !net_queue_init(queue, connection->free_queue.vaddr, connection->active_queue.vaddr,
                        connection->num_buffers)) {
        LOG_VMM_ERR("virtio-net: %s: queues of %u buffers in 0x%lx and 0x%lx bytes; %u buffers "
                    "take 0x%lx, and their number is a power of two\n",
                    name, connection->num_buffers, (unsigned long)connection->free_queue.size,
                    (unsigned long)connection->active_queue.size, connection->num_buffers,
                    (unsigned long)size);
        return false;
    }
    return true;
}

static bool magic_check(const void *config)
{
    if (!net_config_check_magic((void *)(uintptr_t)config)) {
        LOG_VMM_ERR("virtio-net: the configuration at 0x%lx (VA) is none of sDDF's network class\n",
                    (unsigned long)(uintptr_t)config);
        return false;
    }
    return true;
}

/* The regions that are writable, or those that are not; returns how many, which may be more than
 * there is room for. */
static size_t regions_pick(struct virtio_net_region *to, const struct guest_data_region *regions,
                           size_t region_count, bool is_writable)
{
    size_t count = 0;
    for (size_t i = 0; i < region_count; i++) {
        if ((regions[i].is_writable != 0) == is_writable) {
            if (count < VIRTIO_NET_REGIONS_MAX) {
                to[count] = (struct virtio_net_region){regions[i].va, regions[i].size};
            }
            count++;
        }
    }
    return count;
}

/* The regions of received frames: the table's, or the one of the configuration. */
static size_t rx_regions_pick(struct virtio_net_region *to, const net_client_config_t *config,
                              const struct guest_data_region *regions, size_t region_count)
{
    if (region_count == 0) {
        to[0] = (struct virtio_net_region){(uintptr_t)config->rx_data.vaddr, config->rx_data.size};
        return 1;
    }
    for (size_t i = 0; i < region_count && i < VIRTIO_NET_REGIONS_MAX; i++) {
        to[i] = (struct virtio_net_region){regions[i].va, regions[i].size};
    }
    return region_count;
}

bool virtio_mmio_net_client_setup(struct virtio_net_device *net_dev, uintptr_t region_base,
                                  uintptr_t region_size, irq_routing_info_t irq_routing_info,
                                  const net_client_config_t *config,
                                  const struct guest_data_region *regions, size_t region_count)
{
    struct virtio_net_region received[VIRTIO_NET_REGIONS_MAX];
    net_queue_handle_t rx, tx;
    uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ];
    if (!magic_check(config) || !connection_init(&rx, "rx", &config->rx) ||
        !connection_init(&tx, "tx", &config->tx)) {
        return false;
    }
    if (config->tx_data.size < (uint64_t)tx.capacity * NET_BUFFER_SIZE) {
        LOG_VMM_ERR("virtio-net: tx: data region of 0x%lx bytes; %u buffers take 0x%lx\n",
                    (unsigned long)config->tx_data.size, tx.capacity,
                    (unsigned long)tx.capacity * NET_BUFFER_SIZE);
        return false;
    }
    size_t received_count = rx_regions_pick(received, config, regions, region_count);
    __builtin_memcpy(mac, config->mac_addr.addr, sizeof mac);
    net_buffers_init(&tx, 0);
    return virtio_mmio_net_init(net_dev, region_base, region_size, irq_routing_info, &rx, &tx,
                                received[0].va, (uintptr_t)config->tx_data.vaddr, config->rx.id,
                                config->tx.id, mac, false) &&
           virtio_net_set_rx_regions(net_dev, received, received_count);
}

bool virtio_mmio_net_server_setup(struct virtio_net_device *net_dev, uintptr_t region_base,
                                  uintptr_t region_size, irq_routing_info_t irq_routing_info,
                                  const net_driver_config_t *config,
                                  const struct guest_data_region *regions, size_t region_count,
                                  const uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ])
{
    struct virtio_net_region receive[VIRTIO_NET_REGIONS_MAX], transmit[VIRTIO_NET_REGIONS_MAX];
    net_queue_handle_t virt_rx, virt_tx;
    if (!magic_check(config) || !connection_init(&virt_rx, "virt_rx", &config->virt_rx) ||
        !connection_init(&virt_tx, "virt_tx", &config->virt_tx)) {
        return false;
    }
    size_t receive_count = regions_pick(receive, regions, region_count, true);
    size_t transmit_count = regions_pick(transmit, regions, region_count, false);
    return virtio_mmio_net_server_init(net_dev, region_base, region_size, irq_routing_info,
                                       &virt_rx, &virt_tx, receive, receive_count, transmit,
                                       transmit_count, config->virt_rx.id, config->virt_tx.id, mac);
}
