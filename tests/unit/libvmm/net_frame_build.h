/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames for tests of network devices, and what is right about them, byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virtio/net_frame.h>

#define FRAME_BUILD_MAX 70000

/* What a frame is made of. */
struct frame_recipe {
    bool is_ipv6;
    bool is_udp;
    unsigned vlan_tags;
    unsigned ip_options;  /* bytes, a multiple of 4; of IPv6 an extension header's, of 8 */
    unsigned tcp_options; /* bytes, a multiple of 4 */
    uint8_t tcp_flags;
    uint32_t payload;
};

/* Builds a frame with a partial checksum (the pseudo header's), as a guest leaves it to a device,
 * and the header that says so; returns the frame's length. gso_size is left 0. */
uint32_t frame_build(uint8_t *frame, const struct frame_recipe *recipe,
                     struct virtio_net_hdr *header);

/* The sum of all 16-bit words, in ones' complement; the slow way. */
uint16_t frame_sum_slow(const uint8_t *bytes, size_t length, uint32_t start);

/* Whether a whole IP frame's checksums and lengths are right. */
bool frame_is_right(const uint8_t *frame, uint32_t length);

/* Whether a whole IP frame, with TCP or UDP directly behind its header, has the right checksum of
 * that. The checksum of the IP header is not looked at. */
bool frame_checksum_is_right(const uint8_t *frame, uint32_t length);

/* The offset of the first header behind Ethernet's, and behind IP's. */
uint32_t frame_network(const uint8_t *frame);
uint32_t frame_transport(const uint8_t *frame);

/* Makes the checksums of an IP frame of TCP right again, whatever its lengths say. */
void frame_mend(uint8_t *frame, uint32_t length);
