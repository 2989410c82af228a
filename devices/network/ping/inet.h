/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Headers of the Internet protocols as offsets into a frame, and their checksum. Numbers in frames
 * are big-endian (RFC 1700); IPv4 addresses are numbers here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/mac802.h>

#define FRAME_MAX 1514 /* IEEE 802.3, 3.2.7: 1500 bytes behind the header */
#define FRAME_MIN 60   /* 3.2.8, without the check sequence */

/* Ethernet (IEEE 802.3, 3.1.1; types: IANA). */
#define ETH_DEST     0
#define ETH_SRC      6
#define ETH_TYPE     12
#define ETH_SIZE     14
#define ETH_TYPE_ARP 0x0806

/* ARP for IPv4 on Ethernet (RFC 826), behind the Ethernet header. */
#define ARP_HARDWARE    0 /* 1: Ethernet */
#define ARP_PROTOCOL    2
#define ARP_SIZES       4 /* 6 and 4 bytes */
#define ARP_OPERATION   6
#define ARP_SENDER_MAC  8
#define ARP_SENDER_IP   14
#define ARP_TARGET_MAC  18
#define ARP_TARGET_IP   24
#define ARP_SIZE        28
#define ARP_REQUEST     1
#define ARP_REPLY       2
#define ARP_SIZES_VALUE 0x0604

/* IPv4 (RFC 791, 3.1). */
#define IP_VERSION      0 /* and length of the header in words */
#define IP_LENGTH       2
#define IP_ID           4
#define IP_FRAGMENT     6
#define IP_TTL          8
#define IP_PROTOCOL     9
#define IP_CHECKSUM     10
#define IP_SOURCE       12
#define IP_DESTINATION  16
#define IP_SIZE         20
#define IP_IS_FRAGMENT  0x3fff /* more of them, or not the first */
#define IP_DO_NOT_SPLIT 0x4000
#define IP_ICMP         1
#define IP_UDP          17
#define IP_BROADCAST    0xffffffffu

/* ICMP echo (RFC 792). */
#define ICMP_TYPE         0
#define ICMP_CHECKSUM     2
#define ICMP_ID           4
#define ICMP_SEQUENCE     6
#define ICMP_SIZE         8
#define ICMP_ECHO_REPLY   0
#define ICMP_ECHO_REQUEST 8

/* UDP (RFC 768). */
#define UDP_SOURCE      0
#define UDP_DESTINATION 2
#define UDP_LENGTH      4
#define UDP_CHECKSUM    6 /* 0: none */
#define UDP_SIZE        8

static inline uint16_t inet_load_16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t inet_load_32(const uint8_t *at)
{
    return (uint32_t)inet_load_16(at) << 16 | inet_load_16(at + 2);
}

static inline void inet_store_16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void inet_store_32(uint8_t *at, uint32_t value)
{
    inet_store_16(at, (uint16_t)(value >> 16));
    inet_store_16(at + 2, (uint16_t)value);
}

/* The Internet checksum of `size` bytes (RFC 1071): of bytes that contain their right checksum it
 * is 0. */
static inline uint16_t inet_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < size; i += 2) {
        sum += inet_load_16(bytes + i);
    }
    if (size % 2 != 0) {
        sum += (uint32_t)bytes[size - 1] << 8;
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Writes a header of 20 bytes for `size` bytes behind it. */
static inline void inet_write_ip(uint8_t *ip, uint8_t protocol, uint32_t source,
                                 uint32_t destination, size_t size)
{
    __builtin_memset(ip, 0, IP_SIZE);
    ip[IP_VERSION] = 4 << 4 | IP_SIZE / 4;
    inet_store_16(ip + IP_LENGTH, (uint16_t)(IP_SIZE + size));
    inet_store_16(ip + IP_FRAGMENT, IP_DO_NOT_SPLIT);
    ip[IP_TTL] = 64; /* RFC 1700 */
    ip[IP_PROTOCOL] = protocol;
    inet_store_32(ip + IP_SOURCE, source);
    inet_store_32(ip + IP_DESTINATION, destination);
    inet_store_16(ip + IP_CHECKSUM, inet_checksum(ip, IP_SIZE));
}

static inline void inet_write_ethernet(uint8_t *frame, const uint8_t *dest, const mac_addr_t *src,
                                       uint16_t type)
{
    __builtin_memcpy(frame + ETH_DEST, dest, MAC802_BYTES);
    __builtin_memcpy(frame + ETH_SRC, src->addr, MAC802_BYTES);
    inet_store_16(frame + ETH_TYPE, type);
}
