/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A DHCP client, see dhcp.h. Section numbers are RFC 2131's, of options RFC 2132's.
 */
#include "dhcp.h"

#include "inet.h"

/* Offsets in a message (figure 1). */
#define MESSAGE_OPERATION   0 /* 1: to a server, 2: from one */
#define MESSAGE_HARDWARE    1 /* type 1, Ethernet, and 6 bytes of MAC */
#define MESSAGE_TRANSACTION 4
#define MESSAGE_FLAGS       10
#define MESSAGE_OWN_IP      12
#define MESSAGE_YOUR_IP     16
#define MESSAGE_MAC         28
#define MESSAGE_COOKIE      236
#define MESSAGE_OPTIONS     240
#define TO_SERVER           1
#define FROM_SERVER         2
#define ETHERNET            0x0106
#define ANSWER_BY_BROADCAST 0x8000     /* 4.1: a client without address cannot take others */
#define COOKIE              0x63825363 /* section 3 */

/* Options. */
#define OPTION_PAD       0
#define OPTION_NETMASK   1  /* 3.3 */
#define OPTION_ROUTER    3  /* 3.5 */
#define OPTION_REQUESTED 50 /* 9.1 */
#define OPTION_LEASE     51 /* 9.2, seconds */
#define OPTION_TYPE      53 /* 9.6 */
#define OPTION_SERVER    54 /* 9.7 */
#define OPTION_WANTED    55 /* 9.8 */
#define OPTION_END       255

#define TYPE_DISCOVER 1
#define TYPE_OFFER    2
#define TYPE_REQUEST  3
#define TYPE_ACK      5
#define TYPE_NAK      6

#define LEASE_FOR_EVER 0xffffffffu /* section 3.3 */
#define OFFER_US       10000000    /* a server that has not answered by then is given up */

static uint8_t *put_option_32(uint8_t *at, uint8_t option, uint32_t value)
{
    at[0] = option;
    at[1] = 4;
    inet_store_32(at + 2, value);
    return at + 6;
}

void dhcp_write(const struct dhcp *dhcp, const mac_addr_t *mac, uint8_t *message)
{
    __builtin_memset(message, 0, DHCP_MESSAGE_SIZE);
    message[MESSAGE_OPERATION] = TO_SERVER;
    inet_store_16(message + MESSAGE_HARDWARE, ETHERNET);
    inet_store_32(message + MESSAGE_TRANSACTION, dhcp->transaction);
    inet_store_16(message + MESSAGE_FLAGS, ANSWER_BY_BROADCAST);
    __builtin_memcpy(message + MESSAGE_MAC, mac->addr, MAC802_BYTES);
    inet_store_32(message + MESSAGE_COOKIE, COOKIE);

    uint8_t *at = message + MESSAGE_OPTIONS;
    *at++ = OPTION_TYPE;
    *at++ = 1;
    *at++ = dhcp->state == DHCP_SELECTING ? TYPE_DISCOVER : TYPE_REQUEST;
    if (dhcp->state == DHCP_REQUESTING) { /* 4.3.2: these two, or one's own address */
        at = put_option_32(at, OPTION_REQUESTED, dhcp->address);
        at = put_option_32(at, OPTION_SERVER, dhcp->server);
    } else if (dhcp->state == DHCP_REBINDING) {
        inet_store_32(message + MESSAGE_OWN_IP, dhcp->address);
    }
    *at++ = OPTION_WANTED;
    *at++ = 2;
    *at++ = OPTION_NETMASK;
    *at++ = OPTION_ROUTER;
    *at = OPTION_END;
}

/* What the options of an answer say; 0: nothing. */
struct answer {
    uint8_t type;
    uint32_t netmask;
    uint32_t gateway;
    uint32_t server;
    uint32_t lease_s;
};

static void take_option(struct answer *answer, uint8_t option, const uint8_t *value, size_t size)
{
    if (option == OPTION_TYPE && size == 1) {
        answer->type = value[0];
    } else if (option == OPTION_NETMASK && size == 4) {
        answer->netmask = inet_load_32(value);
    } else if (option == OPTION_ROUTER && size >= 4) {
        answer->gateway = inet_load_32(value);
    } else if (option == OPTION_SERVER && size == 4) {
        answer->server = inet_load_32(value);
    } else if (option == OPTION_LEASE && size == 4) {
        answer->lease_s = inet_load_32(value);
    }
}

static struct answer read_options(const uint8_t *message, size_t size)
{
    struct answer answer = {0};
    size_t at = MESSAGE_OPTIONS;
    while (at < size && message[at] != OPTION_END) {
        if (message[at] == OPTION_PAD) {
            at++;
            continue;
        }
        if (size - at < 2 || size - at - 2 < message[at + 1]) {
            break;
        }
        take_option(&answer, message[at], message + at + 2, message[at + 1]);
        at += 2u + message[at + 1];
    }
    return answer;
}

static bool is_for(const struct dhcp *dhcp, const mac_addr_t *mac, const uint8_t *message,
                   size_t size)
{
    return size >= MESSAGE_OPTIONS && message[MESSAGE_OPERATION] == FROM_SERVER &&
           inet_load_32(message + MESSAGE_TRANSACTION) == dhcp->transaction &&
           mac802_addr_eq(message + MESSAGE_MAC, mac->addr) &&
           inet_load_32(message + MESSAGE_COOKIE) == COOKIE;
}

bool dhcp_read(struct dhcp *dhcp, const mac_addr_t *mac, const uint8_t *message, size_t size,
               uint64_t asked_us)
{
    if (dhcp->state == DHCP_BOUND || !is_for(dhcp, mac, message, size)) {
        return false;
    }
    struct answer answer = read_options(message, size);
    uint32_t address = inet_load_32(message + MESSAGE_YOUR_IP);
    if (dhcp->state == DHCP_SELECTING) {
        if (answer.type != TYPE_OFFER || address == 0 || answer.server == 0) {
            return false;
        }
        dhcp->address = address;
        dhcp->server = answer.server;
        dhcp->bound_us = asked_us;
        dhcp->state = DHCP_REQUESTING;
        return true;
    }
    if (answer.type == TYPE_NAK) {
        dhcp->state = DHCP_SELECTING;
        return true;
    }
    if (answer.type != TYPE_ACK || address != dhcp->address || answer.lease_s == 0) {
        return false;
    }
    dhcp->netmask = answer.netmask;
    dhcp->gateway = answer.gateway;
    dhcp->lease_us =
        answer.lease_s == LEASE_FOR_EVER ? UINT64_MAX : (uint64_t)answer.lease_s * 1000000;
    dhcp->bound_us = asked_us;
    dhcp->state = DHCP_BOUND;
    return true;
}

bool dhcp_wants(struct dhcp *dhcp, uint64_t now_us)
{
    bool has_lease = dhcp->state == DHCP_BOUND || dhcp->state == DHCP_REBINDING;
    if (has_lease && dhcp->lease_us != UINT64_MAX) {
        uint64_t age_us = now_us - dhcp->bound_us;
        if (age_us >= dhcp->lease_us) {
            dhcp->state = DHCP_SELECTING;
        } else if (age_us >= dhcp->lease_us / 2) {
            dhcp->state = DHCP_REBINDING;
        }
    }
    if (dhcp->state == DHCP_REQUESTING && now_us - dhcp->bound_us >= OFFER_US) {
        dhcp->state = DHCP_SELECTING;
    }
    return dhcp->state != DHCP_BOUND;
}
