/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network device's life: how it is set up in either role, and what makes it work.
 */
#include <libvmm/virtio/net.h>

#include <libvmm/util/util.h>
#include <libvmm/virtio/mmio.h>
#include <libvmm/virtio/pci.h>

#include "net_device.h"

#define FEATURES                                                                                   \
    (VIRTIO_FEATURE(VIRTIO_NET_F_CSUM) | VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_CSUM) |                 \
     VIRTIO_FEATURE(VIRTIO_NET_F_MTU) | VIRTIO_FEATURE(VIRTIO_NET_F_MAC) |                         \
     VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO4) | VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO6) |           \
     VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO4) | VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO6) |             \
     VIRTIO_FEATURE(VIRTIO_NET_F_HOST_ECN) | VIRTIO_FEATURE(VIRTIO_NET_F_MRG_RXBUF) |              \
     VIRTIO_FEATURE(VIRTIO_NET_F_STATUS))

/* ---- What the core calls ---- */

static inline struct virtio_net_device *net_of(struct virtio_device *device)
{
    return (struct virtio_net_device *)device;
}

/* Whether what one direction's features need has been chosen with them: 5.1.3.1. */
static bool segments_chosen(uint64_t features, unsigned csum, uint64_t segments, uint64_t ecn)
{
    bool has_segments = (features & segments) != 0;
    return (!has_segments || (features & VIRTIO_FEATURE(csum)) != 0) &&
           (has_segments || (features & ecn) == 0);
}

static bool features_chosen(struct virtio_device *device, uint64_t features)
{
    (void)device;
    return segments_chosen(features, VIRTIO_NET_F_CSUM,
                           VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO4) |
                               VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO6),
                           VIRTIO_FEATURE(VIRTIO_NET_F_HOST_ECN)) &&
           segments_chosen(features, VIRTIO_NET_F_GUEST_CSUM,
                           VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO4) |
                               VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO6),
                           0);
}

static void reset(struct virtio_device *device)
{
    virtio_net_send_reset(net_of(device));
    virtio_net_receive_reset(net_of(device));
}

/* Buffers for received frames are taken as frames come: nobody need tell of them. */
static void started(struct virtio_device *device)
{
    virtio_queue_notify_disable(device, VIRTIO_NET_RX_VIRTQ);
}

static void notify(struct virtio_device *device, unsigned queue)
{
    if (queue == VIRTIO_NET_TX_VIRTQ) {
        virtio_net_send(net_of(device));
    } else {
        virtio_net_receive(net_of(device));
    }
}

static const struct virtio_device_ops ops = {
    .features_chosen = features_chosen,
    .reset = reset,
    .started = started,
    .notify = notify,
};

/* ---- Buffers ---- */

uint8_t *virtio_net_buffer_va(const struct virtio_net_port *port, const net_buff_desc_t *buffer,
                              uint32_t length)
{
    if (!port->has_io_addresses) {
        const struct virtio_net_region *region = &port->regions[buffer->oid];
        bool inside = buffer->oid < port->region_count && length <= region->size &&
                      buffer->io_or_offset <= region->size - length;
        return inside ? (uint8_t *)(region->va + (uintptr_t)buffer->io_or_offset) : NULL;
    }
    for (unsigned i = 0; i < port->region_count; i++) {
        const struct virtio_net_region *region = &port->regions[i];
        uint64_t offset = buffer->io_or_offset - region->va;
        if (offset < region->size) {
            return length <= region->size - offset ? (uint8_t *)(uintptr_t)buffer->io_or_offset
                                                   : NULL;
        }
    }
    return NULL;
}

/* ---- Set-up ---- */

static bool port_init(struct virtio_net_port *port, const char *name,
                      const net_queue_handle_t *queue, microkit_channel ch, bool has_io_addresses,
                      const struct virtio_net_region *regions, size_t region_count)
{
    if (queue->capacity == 0 || region_count > VIRTIO_NET_REGIONS_MAX) {
        LOG_VMM_ERR("virtio-net: %s: queues of %u buffers in %u regions; queues have a power of "
                    "two of buffers, in up "
                    "to %u regions\n",
                    name, queue->capacity, (unsigned)region_count, VIRTIO_NET_REGIONS_MAX);
        return false;
    }
    port->queue = *queue;
    port->ch = ch;
    port->has_io_addresses = has_io_addresses;
    port->region_count = (unsigned)region_count;
    for (size_t i = 0; i < region_count; i++) {
        port->regions[i] = regions[i];
    }
    return true;
}

static void device_init(struct virtio_net_device *net, const char *name, const uint8_t *mac,
                        bool csum_offload)
{
    net->virtio_device = (struct virtio_device){
        .ops = &ops,
        .name = name,
        .device_id = VIRTIO_DEVICE_ID_NET,
        .queue_count = VIRTIO_NET_NUM_VIRTQ,
        .queue_size_max = VIRTIO_NET_QUEUE_SIZE,
        .queues = net->queues,
        .features_offered = FEATURES,
        .config = &net->config,
        .config_size = sizeof net->config,
    };
    net->config = (struct virtio_net_config){.status = VIRTIO_NET_S_LINK_UP, .mtu = NET_FRAME_MTU};
    for (unsigned i = 0; i < VIRTIO_NET_CONFIG_MAC_SZ; i++) {
        net->config.mac[i] = mac[i];
    }
    net->csum_offload = csum_offload;
    net->is_sending = net->is_waiting = net->is_holding = false;
    net->merge.count = net->merge.done = 0;
    net->join.segment_count = 0;
    net->sent_count = net->sent_dropped = 0;
    net->received_count = net->received_dropped = 0;
}

/* Fills in all but the transport of a client's device. */
static bool client_init(struct virtio_net_device *net_dev, const net_queue_handle_t *rx,
                        const net_queue_handle_t *tx, uintptr_t rx_data, uintptr_t tx_data,
                        microkit_channel rx_ch, microkit_channel tx_ch, const uint8_t *mac,
                        bool csum_offload)
{
    struct virtio_net_region receive = {rx_data, (size_t)rx->capacity * NET_BUFFER_SIZE};
    struct virtio_net_region send = {tx_data, (size_t)tx->capacity * NET_BUFFER_SIZE};
    device_init(net_dev, "virtio-net", mac, csum_offload);
    return port_init(&net_dev->to_guest, "rx", rx, rx_ch, false, &receive, 1) &&
           port_init(&net_dev->from_guest, "tx", tx, tx_ch, false, &send, 1);
}

bool virtio_mmio_net_init(struct virtio_net_device *net_dev, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          net_queue_handle_t *rx, net_queue_handle_t *tx, uintptr_t rx_data,
                          uintptr_t tx_data, microkit_channel rx_ch, microkit_channel tx_ch,
                          uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ], bool csum_offload)
{
    return client_init(net_dev, rx, tx, rx_data, tx_data, rx_ch, tx_ch, mac, csum_offload) &&
           virtio_mmio_register_device(&net_dev->virtio_device, region_base, region_size,
                                       irq_routing_info);
}

bool virtio_pci_net_init(struct virtio_net_device *net_dev, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, net_queue_handle_t *rx,
                         net_queue_handle_t *tx, uintptr_t rx_data, uintptr_t tx_data,
                         microkit_channel rx_ch, microkit_channel tx_ch,
                         uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ], bool csum_offload)
{
    return client_init(net_dev, rx, tx, rx_data, tx_data, rx_ch, tx_ch, mac, csum_offload) &&
           virtio_pci_register_device(&net_dev->virtio_device, pci_bus, pci_dev, irq_routing_info);
}

bool virtio_net_set_rx_regions(struct virtio_net_device *net_dev,
                               const struct virtio_net_region *regions, size_t region_count)
{
    struct virtio_net_port *port = &net_dev->to_guest;
    net_queue_handle_t queue = port->queue;
    return port_init(port, "rx", &queue, port->ch, false, regions, region_count);
}

bool virtio_mmio_net_server_init(struct virtio_net_device *net_dev, uintptr_t region_base,
                                 uintptr_t region_size, irq_routing_info_t irq_routing_info,
                                 net_queue_handle_t *virt_rx, net_queue_handle_t *virt_tx,
                                 const struct virtio_net_region *receive_regions,
                                 size_t receive_region_count,
                                 const struct virtio_net_region *transmit_regions,
                                 size_t transmit_region_count, microkit_channel virt_rx_ch,
                                 microkit_channel virt_tx_ch,
                                 const uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ])
{
    device_init(net_dev, "virtio-net server", mac, false);
    return port_init(&net_dev->from_guest, "virt_rx", virt_rx, virt_rx_ch, true, receive_regions,
                     receive_region_count) &&
           port_init(&net_dev->to_guest, "virt_tx", virt_tx, virt_tx_ch, true, transmit_regions,
                     transmit_region_count) &&
           virtio_mmio_register_device(&net_dev->virtio_device, region_base, region_size,
                                       irq_routing_info);
}

/* ---- Notifications ---- */

void virtio_net_handle_rx(struct virtio_net_device *dev)
{
    virtio_net_receive(dev);
}

void virtio_net_handle_tx(struct virtio_net_device *dev)
{
    virtio_net_send(dev);
}

bool virtio_net_notified(struct virtio_net_device *dev, microkit_channel ch)
{
    bool is_to_guest = ch == dev->to_guest.ch;
    bool is_from_guest = ch == dev->from_guest.ch;
    if (is_to_guest) {
        virtio_net_receive(dev);
    }
    if (is_from_guest) {
        virtio_net_send(dev);
    }
    return is_to_guest || is_from_guest;
}
