/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The header of an Ethernet frame (IEEE 802.3, 3.1.1) and its MAC addresses. Names are sDDF 0.7's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MAC802_BYTES 6
#define ETH_TYPE_IP  0x0800U /* IANA, IEEE 802 Numbers */

typedef struct mac_addr {
    uint8_t addr[MAC802_BYTES];
} mac_addr_t;

typedef struct ether_hdr {
    mac_addr_t dest;
    mac_addr_t src;
    uint8_t etype[2]; /* big-endian */
} __attribute__((__packed__)) ether_hdr_t;

_Static_assert(sizeof(mac_addr_t) == 6 && sizeof(ether_hdr_t) == 14, "IEEE 802.3");

/* For a printf: a MAC address, and the six arguments out of a pointer to a frame's header. */
#define PR_MAC802_ADDR "%x:%x:%x:%x:%x:%x"
#define PR_MAC802_ADDR_ARGS(hdr, dir)                                                              \
    (hdr)->dir.addr[0], (hdr)->dir.addr[1], (hdr)->dir.addr[2], (hdr)->dir.addr[3],                \
        (hdr)->dir.addr[4], (hdr)->dir.addr[5]
#define PR_MAC802_DEST_ADDR_ARGS(hdr) PR_MAC802_ADDR_ARGS(hdr, dest)
#define PR_MAC802_SRC_ADDR_ARGS(hdr)  PR_MAC802_ADDR_ARGS(hdr, src)

/* Whether the first `num` bytes are the same. */
static inline bool mac802_addr_eq_num(const uint8_t *addr0, const uint8_t *addr1, unsigned int num)
{
    for (unsigned int i = 0; i < num; i++) {
        if (addr0[i] != addr1[i]) {
            return false;
        }
    }
    return true;
}

/* Whether two MAC addresses are the same. */
static inline bool mac802_addr_eq(const uint8_t *addr0, const uint8_t *addr1)
{
    return mac802_addr_eq_num(addr0, addr1, MAC802_BYTES);
}

/* Whether a frame to this MAC address is for everybody. */
static inline bool mac802_addr_is_bcast(const uint8_t *addr)
{
    static const uint8_t broadcast[MAC802_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return mac802_addr_eq(addr, broadcast);
}

/* Whether a frame to this MAC address is for a group (IEEE 802, 8.2: the I/G bit), of which
 * broadcast is one. sDDF has no such function. */
static inline bool mac802_addr_is_group(const uint8_t *addr)
{
    return (addr[0] & 1) != 0;
}
