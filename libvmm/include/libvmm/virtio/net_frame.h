/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames in the queues of a virtio network device: the header before each (virtio 1.2, 5.1.6), and
 * a frame that the guest sends on its way into buffers of the network class.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/virtio/queue.h>

#define VIRTIO_NET_HDR_F_NEEDS_CSUM 1 /* the checksum at csum_start + csum_offset is to come */
#define VIRTIO_NET_HDR_F_DATA_VALID 2 /* the device has checked the checksum */

#define VIRTIO_NET_HDR_GSO_NONE  0
#define VIRTIO_NET_HDR_GSO_TCPV4 1
#define VIRTIO_NET_HDR_GSO_UDP   3
#define VIRTIO_NET_HDR_GSO_TCPV6 4
#define VIRTIO_NET_HDR_GSO_ECN   0x80

struct virtio_net_hdr {
    uint8_t flags;
    uint8_t gso_type;
    uint16_t hdr_len;     /* a hint */
    uint16_t gso_size;    /* bytes of payload in a segment */
    uint16_t csum_start;  /* offset in the frame of the first byte that is summed */
    uint16_t csum_offset; /* of the checksum, from there */
};

/* As it is in every queue of a device of virtio 1.0 and later. */
struct virtio_net_hdr_mrg_rxbuf {
    struct virtio_net_hdr hdr;
    uint16_t num_buffers; /* received frames: how many buffers the frame takes */
};

_Static_assert(sizeof(struct virtio_net_hdr) == 10 && sizeof(struct virtio_net_hdr_mrg_rxbuf) == 12,
               "virtio's layout");

#define NET_FRAME_MTU        1500
#define NET_FRAME_LENGTH_MIN 14 /* an Ethernet header */
#define NET_FRAME_LENGTH_MAX                                                                       \
    (NET_FRAME_MTU + 14 + 2 * 4) /* with two VLAN tags (IEEE 802.1Q, 802.1ad) */
#define NET_FRAME_HEADER_MAX 256 /* of a frame to be cut: Ethernet, IP and TCP with options */

/* A place in a list of segments, which stays its owner's. */
struct virtio_net_cursor {
    const struct virtio_segment *segments;
    uint32_t segment_count;
    uint32_t index;
    uint32_t offset; /* bytes into segments[index] */
};

/* A frame that the guest sends; src/virtio/net_frame.h has what is done with it. */
struct virtio_net_frame {
    struct virtio_net_cursor source;
    uint32_t left; /* bytes of the frame, or of its payload if it is cut, not written yet */
    bool done;
    bool csum_offload;
    bool needs_csum;
    uint16_t csum_start, csum_offset;

    /* Of a frame that is cut; segment_size is 0 otherwise. */
    uint16_t segment_size; /* bytes of payload in each but the last */
    bool is_ipv6;
    bool is_first;
    uint8_t tcp_flags;
    uint16_t network, transport, header_length; /* offsets in the frame */
    uint16_t ip_id;
    uint32_t sequence;
    uint64_t ip_sum;  /* of the IPv4 header without length, identification and checksum */
    uint64_t tcp_sum; /* of pseudo header and header without length, sequence number and flags */
    uint8_t header[NET_FRAME_HEADER_MAX];
};
