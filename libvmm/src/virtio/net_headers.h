/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Headers inside of frames: where their fields are, and how they are read and written.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net_copy.h"

/* IEEE 802.3, 802.1Q, 802.1ad */
#define ETHERTYPE_OFFSET 12
#define ETHERTYPE_IPV4   0x0800
#define ETHERTYPE_IPV6   0x86dd
#define ETHERTYPE_VLAN   0x8100
#define ETHERTYPE_QINQ   0x88a8
#define VLAN_TAG         4

/* RFC 791, 3.1 */
#define IPV4_HEADER_MIN      20
#define IPV4_LENGTH          2
#define IPV4_ID              4
#define IPV4_FRAGMENT        6
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV4_MORE_FRAGMENTS  0x2000
#define IPV4_PROTOCOL        9
#define IPV4_CHECKSUM        10
#define IPV4_SOURCE          12

/* RFC 8200, 3 */
#define IPV6_HEADER 40
#define IPV6_LENGTH 4
#define IPV6_NEXT   6
#define IPV6_SOURCE 8

/* RFC 9293, 3.1 */
#define TCP_HEADER_MIN 20
#define TCP_SEQUENCE   4
#define TCP_DATA       12
#define TCP_FLAGS      13
#define TCP_CHECKSUM   16
#define TCP_FIN        0x01
#define TCP_PSH        0x08
#define TCP_ACK        0x10
#define TCP_CWR        0x80

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP  6
#define PROTOCOL_UDP  17
#define ICMP_CHECKSUM 2 /* RFC 792 */
#define UDP_LENGTH    4 /* RFC 768 */
#define UDP_CHECKSUM  6

static inline uint16_t net_get_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline void net_put_be16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void net_put_le16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline uint32_t net_get_be32(const uint8_t *at)
{
    return (uint32_t)net_get_be16(at) << 16 | net_get_be16(at + 2);
}

static inline void net_put_be32(uint8_t *at, uint32_t value)
{
    net_put_be16(at, (uint16_t)(value >> 16));
    net_put_be16(at + 2, (uint16_t)value);
}

/* A 16-bit word of a header, of which the host has the value, in a sum. */
static inline uint64_t net_word(uint16_t value)
{
    return __builtin_bswap16(value);
}

/* A checksum of TCP or UDP; 0 would be none to UDP (RFC 768), and 0xffff is the same number. */
static inline void net_put_checksum(uint8_t *at, uint64_t sum)
{
    uint16_t checksum = virtio_net_sum_finish(sum);
    net_put_le16(at, checksum != 0 ? checksum : 0xffff);
}

/* The offset of the network header behind the VLAN tags, and the frame's type. False: the frame
 * ends before. */
bool virtio_net_ethernet_parse(const uint8_t *frame, uint32_t length, uint16_t *network,
                               uint16_t *type);
