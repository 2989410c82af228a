/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a host on an Ethernet does to be found: it has an IPv4 address, by DHCP if need be, answers
 * who-has (ARP) and echo requests (ICMP), and asks its gateway for an echo once. Frames in, frames
 * out; it knows no queue and no clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/network/mac802.h>

#include "dhcp.h"

#define HOST_RETRY_US 1000000 /* what was not answered is asked again after this */

/* What has happened, for a line of text; bits. */
enum host_event {
    HOST_ADDRESS = 1,        /* has a new address */
    HOST_FIRST_ECHO = 2,     /* answered its first echo request, from `peer` */
    HOST_GATEWAY_ANSWER = 4, /* the gateway has answered, after `echo_us` */
};

struct host {
    mac_addr_t mac;
    uint32_t address; /* 0: none yet */
    uint32_t netmask;
    uint32_t gateway; /* 0: none */
    bool uses_dhcp;
    struct dhcp dhcp;
    bool has_gateway_mac;
    mac_addr_t gateway_mac;
    bool gateway_has_answered;
    bool has_asked;    /* asked_us means something */
    uint64_t asked_us; /* when something was asked last */
    bool has_echoed;
    uint32_t peer;
    uint64_t echo_us;
    unsigned events; /* enum host_event; the caller clears them */
};

/* Takes a frame of `size` bytes that may hold anything, in memory that nobody else writes. Writes
 * an answer of at most FRAME_MAX bytes to `answer`; returns its size, or 0: none. */
size_t host_receive(struct host *host, const uint8_t *frame, size_t size, uint64_t now_us,
                    uint8_t *answer);

/* Writes what is to be asked now to `question`, at most FRAME_MAX bytes; returns its size, or 0:
 * nothing, or not yet. To be called at start, after each frame, and when time has passed. */
size_t host_ask(struct host *host, uint64_t now_us, uint8_t *question);

/* Whether host_ask() will have something to ask, HOST_RETRY_US from now. */
bool host_waits(const struct host *host);
