/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A switch between clients of the network class and the virtualisers below them: a frame goes from
 * the port that sends it to the port whose MAC it names, to every port if it is for a group, and
 * out by the last port if no client has its MAC; each time only where the sender's access list
 * allows. Buffers travel, data is not copied here.
 *
 * Who has a buffer is kept in this program's own memory: what a port sends before it got it back,
 * and what it returns without having it, is ignored. Of what fits into a port's queue each other
 * port may use the same share, so that no sender keeps others' frames out. Of a sender's buffers a
 * port may have as many as nobody has: one that returns none is left with half of them, the next
 * such with half of the other half, and there are always some for a port that does. A frame
 * above either is dropped, which is to say it goes back to its sender.
 *
 * A sender may change a frame after it was looked at, so source MACs are not checked, and the
 * destination decides about the port only.
 */
#include <sddf/network/vswitch.h>

#include "connection.h"

#define PORT_MAX   (MICROKIT_MAX_CHANNELS / 2) /* each has two channels */
#define BUFFER_MAX 32768                       /* of all ports */
#define TURN_MAX   64 /* frames of a port before it is the next one's turn */

__attribute__((section(".net_vswitch_config"), used)) net_vswitch_config_t config;

struct port {
    net_queue_handle_t rx; /* what it receives */
    net_queue_handle_t tx; /* what it sends */
    uint32_t buffer_first; /* of holders */
    uint32_t share;        /* buffers of one sender that it may have */
    uint32_t lent;         /* buffers of its own that somebody has */
    uint32_t ip_addr;      /* as registered, or 0 */
    bool rx_is_served;
    bool tx_is_served;
    uint16_t held[PORT_MAX]; /* buffers that it has, by sender */
};

static struct port ports[PORT_MAX];
static unsigned port_count;
static uint32_t holders[BUFFER_MAX]; /* a bit for each port that has the buffer; 0: its sender */
_Static_assert(PORT_MAX <= 32, "a bit a port");

static bool may_send(unsigned from, unsigned to)
{
    return from != to && (config.ports[from].acl >> to & 1) != 0;
}

static void buffer_to_sender(unsigned from, uint64_t offset)
{
    net_buff_desc_t buffer = {.io_or_offset = offset};
    if (net_enqueue_free(&ports[from].tx, buffer) == 0) {
        ports[from].tx_is_served = true;
    }
}

/* How many more of a port's buffers may be with others. The last port's are a card's, and
 * net_virt_rx lends half of them only. */
static uint32_t buffers_left(unsigned from)
{
    uint32_t all = config.ports[from].tx.num_buffers;
    uint32_t most = from + 1 == port_count ? all / 2 : all;
    return most > ports[from].lent ? most - ports[from].lent : 0;
}

static void frame_to_port(unsigned from, unsigned to, const net_buff_desc_t *frame)
{
    struct port *port = &ports[to];
    net_buff_desc_t buffer = {
        .io_or_offset = frame->io_or_offset, .len = frame->len, .oid = from & 0x3f};
    if (!may_send(from, to) || port->held[from] >= port->share ||
        port->held[from] >= buffers_left(from) || net_enqueue_active(&port->rx, buffer) != 0) {
        return;
    }
    port->held[from]++;
    port->rx_is_served = true;
    holders[ports[from].buffer_first + frame->io_or_offset / NET_BUFFER_SIZE] |= 1u << to;
}

/* The port behind which a MAC is: the last one if no client has it. */
static unsigned port_find(const mac_addr_t *mac)
{
    unsigned i = 0;
    while (i + 1 < port_count && !mac802_addr_eq(config.ports[i].mac_addr.addr, mac->addr)) {
        i++;
    }
    return i;
}

static void frame_sent(unsigned from, const net_buff_desc_t *frame)
{
    uint64_t index = frame->io_or_offset / NET_BUFFER_SIZE;
    if (frame->io_or_offset % NET_BUFFER_SIZE != 0 || index >= config.ports[from].tx.num_buffers ||
        holders[ports[from].buffer_first + index] != 0) {
        return;
    }
    if (frame->len >= sizeof(ether_hdr_t) && frame->len <= NET_BUFFER_SIZE) {
        mac_addr_t dest =
            net_frame_dest((uintptr_t)config.ports[from].tx_data.vaddr + frame->io_or_offset);
        if (!mac802_addr_is_group(dest.addr)) {
            frame_to_port(from, port_find(&dest), frame);
        } else {
            for (unsigned to = 0; to < port_count; to++) {
                frame_to_port(from, to, frame);
            }
        }
    }
    if (holders[ports[from].buffer_first + index] == 0) {
        buffer_to_sender(from, frame->io_or_offset);
    } else {
        ports[from].lent++;
    }
}

static void buffer_returned(unsigned to, const net_buff_desc_t *buffer)
{
    unsigned from = buffer->oid;
    uint64_t index = buffer->io_or_offset / NET_BUFFER_SIZE;
    if (from >= port_count || buffer->io_or_offset % NET_BUFFER_SIZE != 0 ||
        index >= config.ports[from].tx.num_buffers) {
        return;
    }
    uint32_t *holder = &holders[ports[from].buffer_first + index];
    if ((*holder >> to & 1) == 0) {
        return;
    }
    *holder &= ~(1u << to);
    ports[to].held[from]--;
    if (*holder == 0) {
        ports[from].lent--;
        buffer_to_sender(from, buffer->io_or_offset);
    }
}

static bool serve_port(unsigned port_index)
{
    struct port *port = &ports[port_index];
    net_buff_desc_t buffer;
    uint32_t count = 0;
    uint32_t sent = 0;
    while (count < port->rx.capacity && net_dequeue_free(&port->rx, &buffer) == 0) {
        buffer_returned(port_index, &buffer);
        count++;
    }
    while (sent < TURN_MAX && net_dequeue_active(&port->tx, &buffer) == 0) {
        frame_sent(port_index, &buffer);
        sent++;
    }
    return count + sent != 0;
}

static bool turn(void)
{
    bool moved = false;
    for (unsigned i = 0; i < port_count; i++) {
        moved |= serve_port(i);
    }
    for (unsigned i = 0; i < port_count; i++) {
        if (ports[i].rx_is_served) {
            ports[i].rx_is_served = false;
            net_connection_tell_active(&ports[i].rx, config.ports[i].rx.id);
        }
        if (ports[i].tx_is_served) {
            ports[i].tx_is_served = false;
            net_connection_tell_free(&ports[i].tx, config.ports[i].tx.id);
        }
    }
    return moved;
}

static void request_signals(void)
{
    for (unsigned i = 0; i < port_count; i++) {
        net_request_signal_free(&ports[i].rx);
        net_request_signal_active(&ports[i].tx);
    }
}

static void cancel_signals(void)
{
    for (unsigned i = 0; i < port_count; i++) {
        net_cancel_signal_free(&ports[i].rx);
        net_cancel_signal_active(&ports[i].tx);
    }
}

static const struct net_work work = {turn, request_signals, cancel_signals};

static const char *open_port(unsigned port_index, uint32_t *buffer_count)
{
    const net_vswitch_port_config_t *port = &config.ports[port_index];
    if (!net_connection_open(&ports[port_index].rx, &port->rx) ||
        !net_connection_open(&ports[port_index].tx, &port->tx)) {
        return "a port's queues";
    }
    if (port->tx_data.vaddr == NULL ||
        port->tx_data.size / NET_BUFFER_SIZE < port->tx.num_buffers) {
        return "a port's data region is too small for its num_buffers";
    }
    if (port->tx.num_buffers > BUFFER_MAX - *buffer_count) {
        return "more than 32768 buffers of all ports";
    }
    ports[port_index].buffer_first = *buffer_count;
    *buffer_count += port->tx.num_buffers;
    ports[port_index].share = port->rx.num_buffers / (config.num_ports - 1u);
    return ports[port_index].share != 0 ? NULL
                                        : "a port's rx has fewer buffers than there are others";
}

/* What is wrong with the configuration, or NULL. Opens all connections. */
static const char *open_connections(void)
{
    uint32_t buffer_count = 0;
    if (!net_config_check_magic(&config)) {
        return "nobody has written .net_vswitch_config";
    }
    if (config.num_ports < 2 || config.num_ports > PORT_MAX) {
        return "a switch has 2 to 31 ports";
    }
    for (unsigned i = 0; i < config.num_ports; i++) {
        const char *mistake = open_port(i, &buffer_count);
        if (mistake != NULL) {
            return mistake;
        }
    }
    return NULL;
}

void init(void)
{
    const char *mistake = open_connections();
    if (mistake != NULL) {
        net_config_refuse(mistake);
        return;
    }
    port_count = config.num_ports;
    net_work_run(&work);
}

void notified(microkit_channel ch)
{
    (void)ch;
    if (port_count != 0) {
        net_work_run(&work);
    }
}

static microkit_msginfo reply(vswitch_err_t error, uint16_t count)
{
    microkit_mr_set(0, (uint64_t)error);
    return microkit_msginfo_new(0, count);
}

static microkit_msginfo reply_ip_addr(unsigned caller, uint64_t client)
{
    if (client >= port_count || (config.ports[caller].acl >> client & 1) == 0) {
        return reply(VSWITCH_ERR_OPERATION_DENIED, 1);
    }
    if (client == port_count - 1) {
        return reply(VSWITCH_ERR_VIRT_PORT, 1);
    }
    if (ports[client].ip_addr == 0) {
        return reply(VSWITCH_ERR_NO_IP, 1);
    }
    microkit_mr_set(VSWITCH_REQ_RET_IP_ADDR, ports[client].ip_addr);
    return reply(VSWITCH_ERR_OKAY, VSWITCH_REQ_RET_NUM_ARGS);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    unsigned caller = 0;
    while (caller + 1 < port_count && config.ports[caller].tx.id != ch) {
        caller++;
    }
    if (caller + 1 >= port_count) {
        return reply(VSWITCH_ERR_INVALID_OPERATION, 1);
    }
    uint64_t argument = microkit_mr_get(0);
    switch (microkit_msginfo_get_label(msginfo)) {
    case VSWITCH_SET_IP_ADDR:
        if ((uint32_t)argument == 0) {
            return reply(VSWITCH_ERR_INVALID_IP, 1);
        }
        ports[caller].ip_addr = (uint32_t)argument;
        return reply(VSWITCH_ERR_OKAY, VSWITCH_SET_RET_NUM_ARGS);
    case VSWITCH_QUERY_STATE:
        microkit_mr_set(VSWITCH_QUERY_RET_CLIENT_ID, caller);
        microkit_mr_set(VSWITCH_QUERY_RET_REACHABLE_BITMAP, config.ports[caller].acl);
        return reply(VSWITCH_ERR_OKAY, VSWITCH_QUERY_RET_NUM_ARGS);
    case VSWITCH_REQ_CLIENT:
        return reply_ip_addr(caller, argument);
    default:
        return reply(VSWITCH_ERR_INVALID_OPERATION, 1);
    }
}
