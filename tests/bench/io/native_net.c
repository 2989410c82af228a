/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Echoes and UDP packets to the gateway, whose MAC is asked for first. Who has asked for a load
 * that gets no answer asks again.
 */
#include <sddf/network/config.h>

#include "connection.h"
#include "native.h"
#include "ping/inet.h"

#define OWN_IP      0x0a00020f /* 10.0.2.15 and .2, of QEMU's user network */
#define GATEWAY_IP  0x0a000202
#define ECHO_ID     0x4452
#define OWN_PORT    4000
#define PAYLOAD_MAX (FRAME_MAX - ETH_SIZE - IP_SIZE - UDP_SIZE)

__attribute__((section(".net_client_config"), used)) net_client_config_t net_config;

static net_queue_handle_t rx, tx;
static bool is_open, has_gateway;
static mac_addr_t gateway;
static uint8_t frame[FRAME_MAX]; /* to be sent */
static bool rx_is_served, tx_is_served;
static struct {
    enum { LOAD_NONE, LOAD_PING, LOAD_UDP } kind;
    uint32_t count, sent;
    uint16_t port, size;
    bool has_asked; /* UDP: how many have come */
} load;

/* False: there is no free buffer. */
static bool frame_send(size_t size)
{
    net_buff_desc_t buffer;
    if (net_dequeue_free(&tx, &buffer) != 0) {
        return false;
    }
    if (size < FRAME_MIN) {
        __builtin_memset(frame + size, 0, FRAME_MIN - size);
        size = FRAME_MIN;
    }
    if (buffer.io_or_offset / NET_BUFFER_SIZE >= tx.capacity) {
        return false;
    }
    __builtin_memcpy((char *)net_config.tx_data.vaddr + buffer.io_or_offset, frame, size);
    buffer.len = (uint16_t)size;
    buffer.oid = 0;
    tx_is_served = net_enqueue_active(&tx, buffer) == 0;
    return tx_is_served;
}

static void arp_send(void)
{
    static const uint8_t everybody[MAC802_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t *arp = frame + ETH_SIZE;
    inet_write_ethernet(frame, everybody, &net_config.mac_addr, ETH_TYPE_ARP);
    inet_store_16(arp + ARP_HARDWARE, 1);
    inet_store_16(arp + ARP_PROTOCOL, ETH_TYPE_IP);
    inet_store_16(arp + ARP_SIZES, ARP_SIZES_VALUE);
    inet_store_16(arp + ARP_OPERATION, ARP_REQUEST);
    __builtin_memcpy(arp + ARP_SENDER_MAC, net_config.mac_addr.addr, MAC802_BYTES);
    inet_store_32(arp + ARP_SENDER_IP, OWN_IP);
    __builtin_memset(arp + ARP_TARGET_MAC, 0, MAC802_BYTES);
    inet_store_32(arp + ARP_TARGET_IP, GATEWAY_IP);
    frame_send(ETH_SIZE + ARP_SIZE);
}

static bool ip_send(uint8_t protocol, size_t size)
{
    inet_write_ethernet(frame, gateway.addr, &net_config.mac_addr, ETH_TYPE_IP);
    inet_write_ip(frame + ETH_SIZE, protocol, OWN_IP, GATEWAY_IP, size);
    return frame_send(ETH_SIZE + IP_SIZE + size);
}

static void echo_send(void)
{
    uint8_t *icmp = frame + ETH_SIZE + IP_SIZE;
    __builtin_memset(icmp, 0, ICMP_SIZE);
    icmp[ICMP_TYPE] = ICMP_ECHO_REQUEST;
    inet_store_16(icmp + ICMP_ID, ECHO_ID);
    inet_store_16(icmp + ICMP_SEQUENCE, (uint16_t)load.sent);
    inet_store_16(icmp + ICMP_CHECKSUM, inet_checksum(icmp, ICMP_SIZE));
    load.sent += ip_send(IP_ICMP, ICMP_SIZE);
}

static bool packet_send(uint16_t size)
{
    uint8_t *udp = frame + ETH_SIZE + IP_SIZE;
    inet_store_16(udp + UDP_SOURCE, OWN_PORT);
    inet_store_16(udp + UDP_DESTINATION, load.port);
    inet_store_16(udp + UDP_LENGTH, (uint16_t)(UDP_SIZE + size));
    inet_store_16(udp + UDP_CHECKSUM, 0);
    return ip_send(IP_UDP, UDP_SIZE + size);
}

static void packets_send(void)
{
    while (load.sent < load.count && packet_send(load.size)) {
        load.sent++;
    }
    if (load.sent == load.count && !load.has_asked) {
        load.has_asked = packet_send(0);
    }
}

static void load_go_on(void)
{
    if (load.kind == LOAD_PING && load.sent == 0) {
        echo_send();
    } else if (load.kind == LOAD_UDP) {
        packets_send();
    }
}

static void icmp_receive(const uint8_t *icmp, size_t size)
{
    if (load.kind != LOAD_PING || size < ICMP_SIZE || icmp[ICMP_TYPE] != ICMP_ECHO_REPLY ||
        inet_load_16(icmp + ICMP_ID) != ECHO_ID ||
        inet_load_16(icmp + ICMP_SEQUENCE) != (uint16_t)(load.sent - 1)) {
        return;
    }
    if (load.sent < load.count) {
        echo_send();
    } else {
        load.kind = LOAD_NONE;
        load_end(true, load.count, "echoes");
    }
}

static void udp_receive(const uint8_t *udp, size_t size)
{
    if (load.kind == LOAD_UDP && load.has_asked && size >= UDP_SIZE + 4 &&
        inet_load_16(udp + UDP_SOURCE) == load.port) {
        load.kind = LOAD_NONE;
        load_end(true, inet_load_32(udp + UDP_SIZE), "packets");
    }
}

static void received_look(const uint8_t *bytes, size_t size)
{
    const uint8_t *next = bytes + ETH_SIZE;
    if (size < ETH_SIZE + ARP_SIZE) {
        return;
    }
    if (inet_load_16(bytes + ETH_TYPE) == ETH_TYPE_ARP) {
        if (inet_load_32(next + ARP_SENDER_IP) == GATEWAY_IP) {
            __builtin_memcpy(gateway.addr, next + ARP_SENDER_MAC, MAC802_BYTES);
            has_gateway = true;
        }
    } else if (inet_load_16(bytes + ETH_TYPE) == ETH_TYPE_IP && next[IP_VERSION] == 0x45) {
        size -= ETH_SIZE + IP_SIZE;
        if (next[IP_PROTOCOL] == IP_ICMP) {
            icmp_receive(next + IP_SIZE, size);
        } else if (next[IP_PROTOCOL] == IP_UDP) {
            udp_receive(next + IP_SIZE, size);
        }
    }
}

static bool turn(void)
{
    static uint8_t received[NET_BUFFER_SIZE]; /* where nobody else can change it */
    net_buff_desc_t buffer;
    uint32_t count = 0;
    while (count < rx.capacity && net_dequeue_active(&rx, &buffer) == 0) {
        if (buffer.len <= NET_BUFFER_SIZE && buffer.io_or_offset / NET_BUFFER_SIZE < rx.capacity) {
            __builtin_memcpy(received, (const char *)net_config.rx_data.vaddr + buffer.io_or_offset,
                             buffer.len);
            received_look(received, buffer.len);
        }
        buffer.len = 0;
        rx_is_served = net_enqueue_free(&rx, buffer) == 0;
        count++;
    }
    if (has_gateway) {
        load_go_on();
    }
    if (rx_is_served) {
        rx_is_served = false;
        net_connection_tell_free(&rx, net_config.rx.id);
    }
    if (tx_is_served) {
        tx_is_served = false;
        net_connection_tell_active(&tx, net_config.tx.id);
    }
    return count != 0;
}

static void request_signals(void)
{
    net_request_signal_active(&rx);
    if (load.kind == LOAD_UDP && !load.has_asked) {
        net_request_signal_free(&tx);
    }
}

static void cancel_signals(void)
{
    net_cancel_signal_active(&rx);
    net_cancel_signal_free(&tx);
}

static void serve(void)
{
    static const struct net_work work = {turn, request_signals, cancel_signals};
    net_work_run(&work);
}

bool net_begin(const struct words *words)
{
    bool is_ping = word_is(words, 1, "ping");
    uint32_t size = word_number(words, 5);
    load.kind = is_ping ? LOAD_PING : LOAD_UDP;
    load.count = word_number(words, is_ping ? 3 : 4);
    load.port = (uint16_t)word_number(words, 3);
    load.size = (uint16_t)size;
    load.sent = 0;
    load.has_asked = false;
    if (!is_open || load.count == 0 || size > PAYLOAD_MAX ||
        !(is_ping || word_is(words, 1, "udp"))) {
        load.kind = LOAD_NONE;
        return false;
    }
    if (!has_gateway) {
        arp_send();
    }
    serve();
    return true;
}

void net_open(void)
{
    if (!net_config_check_magic(&net_config) || !net_connection_open(&rx, &net_config.rx) ||
        !net_connection_open(&tx, &net_config.tx) ||
        net_config.rx_data.size / NET_BUFFER_SIZE < rx.capacity ||
        net_config.tx_data.size / NET_BUFFER_SIZE < tx.capacity) {
        microkit_internal_crash(3);
    }
    net_buffers_init(&tx, 0);
    is_open = true;
    serve();
}

bool net_notified(microkit_channel channel)
{
    if (!is_open || (channel != net_config.rx.id && channel != net_config.tx.id)) {
        return false;
    }
    serve();
    return true;
}
