/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A host that answers pings, see host.h.
 */
#include "host.h"

#include "inet.h"

#define ECHO_ID 0x4452 /* of our own requests */

static const uint8_t broadcast[MAC802_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* Frames are padded to Ethernet's smallest. */
static size_t finish(uint8_t *frame, size_t size)
{
    if (size < FRAME_MIN) {
        __builtin_memset(frame + size, 0, FRAME_MIN - size);
        size = FRAME_MIN;
    }
    return size;
}

static size_t write_arp(const struct host *host, uint16_t operation, const uint8_t *target_mac,
                        uint32_t target_ip, uint8_t *frame)
{
    uint8_t *arp = frame + ETH_SIZE;
    inet_write_ethernet(frame, target_mac, &host->mac, ETH_TYPE_ARP);
    inet_store_16(arp + ARP_HARDWARE, 1);
    inet_store_16(arp + ARP_PROTOCOL, ETH_TYPE_IP);
    inet_store_16(arp + ARP_SIZES, ARP_SIZES_VALUE);
    inet_store_16(arp + ARP_OPERATION, operation);
    __builtin_memcpy(arp + ARP_SENDER_MAC, host->mac.addr, MAC802_BYTES);
    inet_store_32(arp + ARP_SENDER_IP, host->address);
    __builtin_memcpy(arp + ARP_TARGET_MAC, target_mac, MAC802_BYTES);
    inet_store_32(arp + ARP_TARGET_IP, target_ip);
    return finish(frame, ETH_SIZE + ARP_SIZE);
}

/* `size` bytes of ICMP stand in the frame already, but for their checksum. */
static size_t finish_icmp(const struct host *host, const uint8_t *dest_mac, uint32_t dest,
                          size_t size, uint8_t *frame)
{
    uint8_t *icmp = frame + ETH_SIZE + IP_SIZE;
    inet_write_ethernet(frame, dest_mac, &host->mac, ETH_TYPE_IP);
    inet_write_ip(frame + ETH_SIZE, IP_ICMP, host->address, dest, size);
    inet_store_16(icmp + ICMP_CHECKSUM, 0);
    inet_store_16(icmp + ICMP_CHECKSUM, inet_checksum(icmp, size));
    return finish(frame, ETH_SIZE + IP_SIZE + size);
}

static size_t receive_arp(struct host *host, const uint8_t *frame, size_t size, uint8_t *answer)
{
    const uint8_t *arp = frame + ETH_SIZE;
    if (size < ETH_SIZE + ARP_SIZE || host->address == 0 || inet_load_16(arp + ARP_HARDWARE) != 1 ||
        inet_load_16(arp + ARP_PROTOCOL) != ETH_TYPE_IP ||
        inet_load_16(arp + ARP_SIZES) != ARP_SIZES_VALUE ||
        inet_load_32(arp + ARP_TARGET_IP) != host->address ||
        mac802_addr_is_group(arp + ARP_SENDER_MAC)) {
        return 0;
    }
    uint32_t sender = inet_load_32(arp + ARP_SENDER_IP);
    if (inet_load_16(arp + ARP_OPERATION) == ARP_REPLY) {
        if (sender == host->gateway && !host->has_gateway_mac) {
            __builtin_memcpy(host->gateway_mac.addr, arp + ARP_SENDER_MAC, MAC802_BYTES);
            host->has_gateway_mac = true;
            host->has_asked = false; /* the next question need not wait */
        }
        return 0;
    }
    if (inet_load_16(arp + ARP_OPERATION) != ARP_REQUEST) {
        return 0;
    }
    return write_arp(host, ARP_REPLY, arp + ARP_SENDER_MAC, sender, answer);
}

/* An echo is answered with what it brought, to whoever sent it. */
static size_t receive_icmp(struct host *host, const uint8_t *frame, const uint8_t *icmp,
                           size_t size, uint32_t source, uint64_t now_us, uint8_t *answer)
{
    if (size < ICMP_SIZE || inet_checksum(icmp, size) != 0) {
        return 0;
    }
    if (icmp[ICMP_TYPE] == ICMP_ECHO_REPLY && source == host->gateway &&
        inet_load_16(icmp + ICMP_ID) == ECHO_ID && !host->gateway_has_answered) {
        host->gateway_has_answered = true;
        host->echo_us = now_us - host->asked_us;
        host->events |= HOST_GATEWAY_ANSWER;
    }
    if (icmp[ICMP_TYPE] != ICMP_ECHO_REQUEST || icmp[1] != 0) {
        return 0;
    }
    if (!host->has_echoed) {
        host->has_echoed = true;
        host->peer = source;
        host->events |= HOST_FIRST_ECHO;
    }
    uint8_t *echo = answer + ETH_SIZE + IP_SIZE;
    __builtin_memcpy(echo, icmp, size);
    echo[ICMP_TYPE] = ICMP_ECHO_REPLY;
    return finish_icmp(host, frame + ETH_SRC, source, size, answer);
}

static void receive_udp(struct host *host, const uint8_t *udp, size_t size)
{
    if (size < UDP_SIZE || inet_load_16(udp + UDP_SOURCE) != DHCP_SERVER_PORT ||
        inet_load_16(udp + UDP_DESTINATION) != DHCP_CLIENT_PORT) {
        return;
    }
    size_t length = inet_load_16(udp + UDP_LENGTH);
    if (!host->uses_dhcp || length < UDP_SIZE || length > size ||
        !dhcp_read(&host->dhcp, &host->mac, udp + UDP_SIZE, length - UDP_SIZE, host->asked_us)) {
        return;
    }
    host->has_asked = false;
    if (host->dhcp.state == DHCP_SELECTING) {
        host->address = 0;
    }
    if (host->dhcp.state == DHCP_BOUND && host->address != host->dhcp.address) {
        host->address = host->dhcp.address;
        host->netmask = host->dhcp.netmask;
        host->gateway = host->dhcp.gateway;
        host->has_gateway_mac = false;
        host->gateway_has_answered = false;
        host->events |= HOST_ADDRESS;
    }
}

static size_t receive_ip(struct host *host, const uint8_t *frame, size_t size, uint64_t now_us,
                         uint8_t *answer)
{
    const uint8_t *ip = frame + ETH_SIZE;
    if (size < ETH_SIZE + IP_SIZE || ip[IP_VERSION] >> 4 != 4) {
        return 0;
    }
    size_t header = (ip[IP_VERSION] & 0xfu) * 4;
    size_t length = inet_load_16(ip + IP_LENGTH);
    if (header < IP_SIZE || length < header || length > size - ETH_SIZE ||
        (inet_load_16(ip + IP_FRAGMENT) & IP_IS_FRAGMENT) != 0 || inet_checksum(ip, header) != 0) {
        return 0;
    }
    if (ip[IP_PROTOCOL] == IP_UDP) {
        receive_udp(host, ip + header, length - header);
        return 0;
    }
    uint32_t source = inet_load_32(ip + IP_SOURCE);
    if (ip[IP_PROTOCOL] != IP_ICMP || host->address == 0 ||
        inet_load_32(ip + IP_DESTINATION) != host->address || source == 0 ||
        source == IP_BROADCAST) {
        return 0;
    }
    return receive_icmp(host, frame, ip + header, length - header, source, now_us, answer);
}

size_t host_receive(struct host *host, const uint8_t *frame, size_t size, uint64_t now_us,
                    uint8_t *answer)
{
    if (size < ETH_SIZE || size > FRAME_MAX || mac802_addr_is_group(frame + ETH_SRC) ||
        !(mac802_addr_is_bcast(frame + ETH_DEST) ||
          mac802_addr_eq(frame + ETH_DEST, host->mac.addr))) {
        return 0;
    }
    switch (inet_load_16(frame + ETH_TYPE)) {
    case ETH_TYPE_ARP:
        return receive_arp(host, frame, size, answer);
    case ETH_TYPE_IP:
        return receive_ip(host, frame, size, now_us, answer);
    default:
        return 0;
    }
}

static size_t ask_dhcp(const struct host *host, uint8_t *frame)
{
    uint8_t *udp = frame + ETH_SIZE + IP_SIZE;
    size_t size = UDP_SIZE + DHCP_MESSAGE_SIZE;
    uint32_t source = host->dhcp.state == DHCP_REBINDING ? host->address : 0;
    inet_write_ethernet(frame, broadcast, &host->mac, ETH_TYPE_IP);
    inet_write_ip(frame + ETH_SIZE, IP_UDP, source, IP_BROADCAST, size);
    inet_store_16(udp + UDP_SOURCE, DHCP_CLIENT_PORT);
    inet_store_16(udp + UDP_DESTINATION, DHCP_SERVER_PORT);
    inet_store_16(udp + UDP_LENGTH, (uint16_t)size);
    inet_store_16(udp + UDP_CHECKSUM, 0);
    dhcp_write(&host->dhcp, &host->mac, udp + UDP_SIZE);
    return finish(frame, ETH_SIZE + IP_SIZE + size);
}

static size_t ask_gateway(const struct host *host, uint8_t *frame)
{
    if (!host->has_gateway_mac) {
        return write_arp(host, ARP_REQUEST, broadcast, host->gateway, frame);
    }
    uint8_t *icmp = frame + ETH_SIZE + IP_SIZE;
    __builtin_memset(icmp, 0, ICMP_SIZE);
    icmp[ICMP_TYPE] = ICMP_ECHO_REQUEST;
    inet_store_16(icmp + ICMP_ID, ECHO_ID);
    return finish_icmp(host, host->gateway_mac.addr, host->gateway, ICMP_SIZE, frame);
}

static bool wants_gateway(const struct host *host)
{
    return host->address != 0 && host->gateway != 0 && !host->gateway_has_answered;
}

bool host_waits(const struct host *host)
{
    return (host->uses_dhcp && host->dhcp.state != DHCP_BOUND) || wants_gateway(host) ||
           (host->uses_dhcp && host->dhcp.lease_us != UINT64_MAX);
}

size_t host_ask(struct host *host, uint64_t now_us, uint8_t *question)
{
    bool wants_dhcp = host->uses_dhcp && dhcp_wants(&host->dhcp, now_us);
    if (host->uses_dhcp && host->dhcp.state == DHCP_SELECTING) {
        host->address = 0;
    }
    if ((!wants_dhcp && !wants_gateway(host)) ||
        (host->has_asked && now_us - host->asked_us < HOST_RETRY_US)) {
        return 0;
    }
    host->has_asked = true;
    host->asked_us = now_us;
    return wants_dhcp ? ask_dhcp(host, question) : ask_gateway(host, question);
}
