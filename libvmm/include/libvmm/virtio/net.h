/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio network device (virtio 1.2, 5.1) over queues of sDDF's network class, in two roles. As
 * a *client* the guest lives on a network that somebody else serves: it is a client of a
 * virtualiser or of a switch. As a *server* the guest has the real network card and bridges it with
 * this device: the VMM is sDDF's driver.
 *
 * A frame is copied once each way. One that the guest leaves to the device to cut into segments, or
 * to fill a checksum in, is cut and filled in as it is copied, because a buffer of the class
 * has 2048 bytes; segments for the guest are joined as they are copied, if it takes that. While the
 * guest has no driver for the device, frames for it are dropped and their buffers returned.
 * docs/virtio.md says what is offered.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/queue.h>

#include <libvmm/virtio/net_frame.h>
#include <libvmm/virtio/net_join.h>
#include <libvmm/virtio/virtio.h>

/* 5.1.3. */
#define VIRTIO_NET_F_CSUM       0 /* the device fills in checksums */
#define VIRTIO_NET_F_GUEST_CSUM 1 /* the driver takes frames whose checksum was checked */
#define VIRTIO_NET_F_MTU        3 /* mtu of the configuration space */
#define VIRTIO_NET_F_MAC        5 /* mac of the configuration space */
#define VIRTIO_NET_F_GUEST_TSO4 7 /* the driver takes large frames of TCP over IPv4 */
#define VIRTIO_NET_F_GUEST_TSO6 8
#define VIRTIO_NET_F_HOST_TSO4  11 /* the device cuts TCP over IPv4 into segments */
#define VIRTIO_NET_F_HOST_TSO6  12
#define VIRTIO_NET_F_HOST_ECN   13 /* ... with CWR set */
#define VIRTIO_NET_F_MRG_RXBUF  15 /* a received frame may take several buffers */
#define VIRTIO_NET_F_STATUS     16 /* status of the configuration space */

#define VIRTIO_NET_S_LINK_UP 1

#define VIRTIO_NET_CONFIG_MAC_SZ 6

/* 5.1.4. */
struct virtio_net_config {
    uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ];
    uint16_t status;
    uint16_t max_virtqueue_pairs; /* of no meaning without VIRTIO_NET_F_MQ */
    uint16_t mtu;
};

_Static_assert(sizeof(struct virtio_net_config) == 12, "virtio's layout");

/* 5.1.2. */
#define VIRTIO_NET_RX_VIRTQ   0 /* what the guest receives */
#define VIRTIO_NET_TX_VIRTQ   1 /* what the guest sends */
#define VIRTIO_NET_NUM_VIRTQ  2
#define VIRTIO_NET_QUEUE_SIZE 256

#define VIRTIO_NET_REGIONS_MAX 64 /* as many as an oid can name */

/* Buffers that one received frame may take: of a guest's that are larger than 24 bytes. */
#define VIRTIO_NET_MERGE_MAX 64

/* Memory in which buffers of a queue lie. */
struct virtio_net_region {
    uintptr_t va;
    size_t size; /* bytes */
};

/* One direction: a pair of sDDF's queues with somebody else's end, and where its buffers lie. */
struct virtio_net_port {
    net_queue_handle_t queue;
    microkit_channel ch;
    bool has_io_addresses; /* a buffer is named by its VA; otherwise by region (oid) and offset */
    unsigned region_count;
    struct virtio_net_region regions[VIRTIO_NET_REGIONS_MAX];
};

/* A frame, or several that are joined, on its way into the guest's buffers. */
struct virtio_net_merge {
    unsigned count;                  /* buffers that it has taken */
    uint32_t done;                   /* bytes of it that are in them */
    uint64_t sum;                    /* of those of a frame that is not joined (src: net_copy.h) */
    struct virtio_net_cursor cursor; /* behind these, in the last of them */
    uint8_t *begin_va;               /* the first piece of the first of them, header included */
    uint32_t begin_size;
    uint8_t *flags_va; /* the header's first byte */
    uint8_t
        *count_va[2]; /* where the number of buffers goes, in the first of them; low byte first */
    uint16_t heads[VIRTIO_NET_MERGE_MAX];
    uint32_t sizes[VIRTIO_NET_MERGE_MAX]; /* bytes written */
};

struct virtio_net_device {
    struct virtio_device virtio_device;
    struct virtio_queue queues[VIRTIO_NET_NUM_VIRTQ];
    struct virtio_net_config config;
    bool csum_offload;

    struct virtio_net_port to_guest;   /* frames come out of active, buffers go back by free */
    struct virtio_net_port from_guest; /* buffers come out of free, frames go on by active */

    /* A frame of the guest on its way out. */
    bool is_sending; /* `frame` has begun and is not done; its buffer is `sent` */
    bool is_waiting; /* ... for free buffers */
    struct virtio_net_frame frame;
    struct virtio_chain sent;

    /* A frame on its way to the guest. */
    bool is_holding; /* `held` is one */
    net_buff_desc_t held;
    const uint8_t *held_va; /* NULL: what the other end said of it cannot be */
    struct virtio_net_merge merge;
    struct virtio_net_join join;
    struct virtio_chain received;

    /* Counts since the start, which wrap. */
    uint32_t sent_count,
        sent_dropped; /* segments that went on; frames of the guest that could not */
    uint32_t received_count, received_dropped;
};

/*
 * A network device for a guest that is a client, its registers at `region_base` (GPA), its
 * interrupt `irq_routing_info`. Frames for the guest come through `rx`, in buffers of the data
 * region `rx_data` (VA, rx->capacity buffers, may be read-only), frames of the guest go through
 * `tx`, whose free queue has been filled with the buffers of `tx_data` (VA, tx->capacity buffers,
 * writable; net_buffers_init()). `rx_ch` and
 * `tx_ch` are the channels to the other ends. `csum_offload`: the hardware behind fills in the
 * checksums of IPv4 frames; they are sent with 0 in these fields. After guest_init().
 * Returns false, after saying why, for queues without a capacity and as
 * virtio_mmio_register_device() does.
 */
bool virtio_mmio_net_init(struct virtio_net_device *net_dev, uintptr_t region_base,
                          uintptr_t region_size, irq_routing_info_t irq_routing_info,
                          net_queue_handle_t *rx, net_queue_handle_t *tx, uintptr_t rx_data,
                          uintptr_t tx_data, microkit_channel rx_ch, microkit_channel tx_ch,
                          uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ], bool csum_offload);

/* The same as device `pci_dev` of bus `pci_bus` (libvmm/pci.h). */
bool virtio_pci_net_init(struct virtio_net_device *net_dev, uint16_t pci_bus, uint16_t pci_dev,
                         irq_routing_info_t irq_routing_info, net_queue_handle_t *rx,
                         net_queue_handle_t *tx, uintptr_t rx_data, uintptr_t tx_data,
                         microkit_channel rx_ch, microkit_channel tx_ch,
                         uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ], bool csum_offload);

/*
 * The regions that received buffers lie in, by their oid, instead of the one that was given as
 * rx_data: for the client of a switch, whose buffers are other clients' and the DMA region's.
 * Before the guest runs. Returns false, after saying why, for more than VIRTIO_NET_REGIONS_MAX.
 */
bool virtio_net_set_rx_regions(struct virtio_net_device *net_dev,
                               const struct virtio_net_region *regions, size_t region_count);

/*
 * A network device for a guest that serves the network, in the place of a card's driver. `virt_rx`
 * leads to net_virt_rx: what the guest sends goes there, in free buffers of one of
 * `receive_regions`, which the VMM can write. `virt_tx` leads to net_virt_tx: its frames, in
 * buffers of one of `transmit_regions`, go to the guest. Queues name a buffer by an io address,
 * which is its VA in this VMM. `mac` is the device's own, of no meaning to a bridge, but no other's
 * in the network. Otherwise as virtio_mmio_net_init().
 */
bool virtio_mmio_net_server_init(struct virtio_net_device *net_dev, uintptr_t region_base,
                                 uintptr_t region_size, irq_routing_info_t irq_routing_info,
                                 net_queue_handle_t *virt_rx, net_queue_handle_t *virt_tx,
                                 const struct virtio_net_region *receive_regions,
                                 size_t receive_region_count,
                                 const struct virtio_net_region *transmit_regions,
                                 size_t transmit_region_count, microkit_channel virt_rx_ch,
                                 microkit_channel virt_tx_ch,
                                 const uint8_t mac[VIRTIO_NET_CONFIG_MAC_SZ]);

/* Handles a notification on `ch`; to be called from notified() for any channel. False: it is none
 * of the device's. */
bool virtio_net_notified(struct virtio_net_device *dev, microkit_channel ch);

/* The part of it for frames that have come for the guest: rx_ch or virt_tx_ch. */
void virtio_net_handle_rx(struct virtio_net_device *dev);

/* The part of it for buffers that have come back: tx_ch or virt_rx_ch. */
void virtio_net_handle_tx(struct virtio_net_device *dev);
