/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A DHCP client (RFC 2131): messages to send and answers to take, for an IPv4 address with netmask
 * and gateway. It broadcasts all it says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/mac802.h>

#define DHCP_SERVER_PORT  67
#define DHCP_CLIENT_PORT  68
#define DHCP_MESSAGE_SIZE 300 /* BOOTP's smallest (RFC 1542, 2.1) */

enum dhcp_state {
    DHCP_SELECTING,  /* asks for offers */
    DHCP_REQUESTING, /* has asked one server for its offer */
    DHCP_BOUND,      /* has an address */
    DHCP_REBINDING,  /* has an address, and asks for it to be prolonged */
};

/* Starts as all zero but the transaction. */
struct dhcp {
    enum dhcp_state state;
    uint32_t transaction; /* any number that others on the network hardly have */
    uint32_t address;     /* offered, or in DHCP_BOUND and DHCP_REBINDING one's own */
    uint32_t netmask;
    uint32_t gateway; /* 0: none */
    uint32_t server;
    uint64_t lease_us;
    uint64_t bound_us; /* the time when the lease began, or the offer was asked for */
};

/* Writes what is to be said in this state: DHCP_MESSAGE_SIZE bytes, for UDP. In DHCP_BOUND there is
 * nothing to say. */
void dhcp_write(const struct dhcp *dhcp, const mac_addr_t *mac, uint8_t *message);

/* Takes a message of a server, `size` bytes that may hold anything. `asked_us`: when the last
 * message was sent. True: the state is another one, or the lease is. */
bool dhcp_read(struct dhcp *dhcp, const mac_addr_t *mac, const uint8_t *message, size_t size,
               uint64_t asked_us);

/* Goes on to prolong a lease of which half is over, drops one that is over, and an offer whose
 * server does not keep it. True: there is something to say. */
bool dhcp_wants(struct dhcp *dhcp, uint64_t now_us);
