/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Received TCP segments that follow one another, on their way to a guest that takes them as one
 * large frame (virtio 1.2, 5.1.6.4: a gso_type). Each crossed the queues of the network class as a
 * frame of the wire; as one frame, the guest's network stack has to be gone through once for all
 * of them, and a guest that is a bridge leaves cutting them again to its network card.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/virtio/net_frame.h>

/* Ethernet with two VLAN tags, IPv6, and TCP with all its options: 122 bytes. */
#define NET_JOIN_HEADER_MAX 128

/* Where the network header is and what it says. */
struct virtio_net_ip {
    uint16_t network, transport; /* offsets in the frame */
    bool is_ipv6;
    uint8_t protocol; /* of what is behind it */
    uint16_t id;      /* IPv4 */
};

/* The headers of a TCP segment, as they were when they were copied. */
struct virtio_net_tcp {
    struct virtio_net_ip ip;
    uint16_t header_length;  /* bytes of all headers */
    uint16_t payload_length; /* bytes, not 0 */
    bool is_pushed;          /* PSH: nothing is to be waited for behind it */
    uint32_t sequence;
    uint64_t sum; /* of the pseudo header and TCP's, with the checksum in it (net_copy.h) */

    /* Without what differs between segments of one large frame; zeros fill the last word up. */
    _Alignas(uint64_t) uint8_t header[NET_JOIN_HEADER_MAX];
};

/* Segments that have been joined so far. */
struct virtio_net_join {
    uint32_t segment_count; /* 0: nothing is being joined */
    uint16_t segment_size;  /* bytes of payload in each but the last */
    bool is_ended;          /* none may follow the last */
    uint32_t payload_length;
    struct virtio_net_tcp first;
};
