/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A native client of the network class that can be pinged: it has an IPv4 address, answers ARP and
 * ICMP echo requests, and says when its gateway has answered one of its own. Sections:
 * .net_client_config, .ping_config (drover/ping.h) and, to print by the serial virtualiser,
 * .serial_client_config.
 */
#include <drover/ping.h>
#include <sddf/network/config.h>

#include "../connection.h"
#include "clock.h"
#include "host.h"
#include "inet.h"
#include "console.h"

__attribute__((section(".net_client_config"), used)) net_client_config_t config;
__attribute__((section(".ping_config"), used)) struct ping_config ping_config;

static net_queue_handle_t rx;
static net_queue_handle_t tx;
static bool is_open;
static bool timer_is_set;
static struct host host;
static bool rx_is_served;
static bool tx_is_served;

/* A received frame, where nobody else can change it, and one to be sent. */
static uint8_t received[NET_BUFFER_SIZE];
static uint8_t written[FRAME_MAX];

/* Sends `size` bytes of `written`. Without a buffer to send it in it is lost, as on a wire. */
static void frame_send(size_t size)
{
    net_buff_desc_t buffer;
    if (size == 0 || net_dequeue_free(&tx, &buffer) != 0 ||
        buffer.io_or_offset % NET_BUFFER_SIZE != 0 ||
        buffer.io_or_offset / NET_BUFFER_SIZE >= tx.capacity) {
        return;
    }
    __builtin_memcpy((char *)config.tx_data.vaddr + buffer.io_or_offset, written, size);
    buffer.len = (uint16_t)size;
    buffer.oid = 0;
    if (net_enqueue_active(&tx, buffer) == 0) {
        tx_is_served = true;
    }
}

static void frame_receive(net_buff_desc_t buffer)
{
    if (buffer.len > NET_BUFFER_SIZE || buffer.io_or_offset % NET_BUFFER_SIZE != 0 ||
        buffer.io_or_offset / NET_BUFFER_SIZE >= rx.capacity) {
        return;
    }
    __builtin_memcpy(received, (const char *)config.rx_data.vaddr + buffer.io_or_offset,
                     buffer.len);
    frame_send(host_receive(&host, received, buffer.len, clock_now_us(), written));
    buffer.len = 0;
    if (net_enqueue_free(&rx, buffer) == 0) {
        rx_is_served = true;
    }
}

static void say_what_happened(void)
{
    if ((host.events & HOST_ADDRESS) != 0) {
        console_put("ping: address ");
        console_put_ip(host.address);
        console_put(host.uses_dhcp ? " by DHCP, gateway " : ", gateway ");
        console_put_ip(host.gateway);
        console_end();
    }
    if ((host.events & HOST_GATEWAY_ANSWER) != 0) {
        console_put("ping: ");
        console_put_ip(host.gateway);
        console_put(" answers, after ");
        console_put_number(host.echo_us);
        console_put(" us");
        console_end();
    }
    if ((host.events & HOST_FIRST_ECHO) != 0) {
        console_put("ping: ");
        console_put_ip(host.peer);
        console_put(" pings, and is answered");
        console_end();
    }
    host.events = 0;
}

static bool turn(void)
{
    net_buff_desc_t buffer;
    uint32_t count = 0;
    while (count < rx.capacity && net_dequeue_active(&rx, &buffer) == 0) {
        frame_receive(buffer);
        count++;
    }
    frame_send(host_ask(&host, clock_now_us(), written));
    if (rx_is_served) {
        rx_is_served = false;
        net_connection_tell_free(&rx, config.rx.id);
    }
    if (tx_is_served) {
        tx_is_served = false;
        net_connection_tell_active(&tx, config.tx.id);
    }
    say_what_happened();
    return count != 0;
}

static void request_signals(void)
{
    net_request_signal_active(&rx);
}

static void cancel_signals(void)
{
    net_cancel_signal_active(&rx);
}

static const struct net_work work = {turn, request_signals, cancel_signals};

static void serve(void)
{
    net_work_run(&work);
    if (ping_config.has_timer != 0 && !timer_is_set && host_waits(&host)) {
        timer_is_set = true;
        clock_wake_in_us(HOST_RETRY_US);
    }
}

/* What is wrong with the configuration, or NULL. Opens all connections. */
static const char *open_connections(void)
{
    if (!net_config_check_magic(&config)) {
        return "nobody has written .net_client_config";
    }
    if (!net_connection_open(&rx, &config.rx) || !net_connection_open(&tx, &config.tx)) {
        return "the queues";
    }
    if (config.rx_data.vaddr == NULL || config.tx_data.vaddr == NULL ||
        config.rx_data.size / NET_BUFFER_SIZE < rx.capacity ||
        config.tx_data.size / NET_BUFFER_SIZE < tx.capacity) {
        return "a data region is too small for its num_buffers";
    }
    return NULL;
}

static void host_open(void)
{
    host.mac = config.mac_addr;
    host.address = inet_load_32(ping_config.address);
    host.uses_dhcp = host.address == 0;
    if (host.uses_dhcp) {
        host.dhcp.transaction = inet_load_32(&host.mac.addr[2]) ^ (uint32_t)clock_now_us();
    } else {
        host.netmask = inet_load_32(ping_config.netmask);
        host.gateway = inet_load_32(ping_config.gateway);
        host.events = HOST_ADDRESS;
    }
}

void init(void)
{
    console_open();
    const char *mistake = open_connections();
    if (mistake != NULL) {
        net_config_refuse(mistake);
        return;
    }
    host_open();
    net_cancel_signal_free(&tx); /* a full queue is as good as a lost frame */
    net_buffers_init(&tx, 0);
    is_open = true;
    serve();
}

void notified(microkit_channel ch)
{
    if (!is_open) {
        return;
    }
    if (ping_config.has_timer != 0 && ch == ping_config.timer_channel) {
        clock_quiet();
        microkit_irq_ack(ch);
        timer_is_set = false;
    }
    serve();
}
