/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network header of a received frame, and whether the checksum behind it holds. Headers are
 * looked at in a copy, since whoever sent the frame may still write to it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libvmm/virtio/net_join.h>

/* Parses the first `copied` bytes, at VA `header`, of a frame of `length` bytes. False: it is no
 * whole IP packet, or has something behind it. The checksum of an IPv4 header is not looked at. */
bool virtio_net_ip_parse(struct virtio_net_ip *ip, const uint8_t *header, uint32_t copied,
                         uint32_t length);

/* The sum (net_copy.h) of the pseudo header of `length` bytes of TCP or UDP: RFC 9293, 3.1, and
 * RFC 8200, 8.1. */
uint64_t virtio_net_ip_pseudo_sum(const struct virtio_net_ip *ip, const uint8_t *header,
                                  uint32_t length);

/* Whether a frame of `length` bytes at VA `frame`, whose bytes have the sum `sum`, has a checksum
 * of TCP or UDP, and the right one. */
bool virtio_net_checksum_holds(const uint8_t *frame, uint32_t length, uint64_t sum);
