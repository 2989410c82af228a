/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of what a network card receives: each frame goes to the client that its
 * destination MAC names, or to all of them if it is for a group, and back to the driver when the
 * last of them has returned it.
 *
 * Who has a buffer is kept in this program's own memory. What somebody returns or hands on without
 * having it is ignored. A client that keeps buffers can keep its share, and then gets no more until
 * it returns some; the shares leave as many buffers again to the driver, so nobody else notices.
 */
#include "connection.h"

#define CLIENT_MAX (MICROKIT_MAX_CHANNELS - 1) /* one channel is the driver's */
#define BUFFER_MAX 8192

/* Whoever has a buffer: a bit a client, or the driver alone. */
#define WITH_DRIVER (1ull << 63)
_Static_assert(CLIENT_MAX < 63, "bit 63 is the driver's");

__attribute__((section(".net_virt_rx_config"), used)) net_virt_rx_config_t config;

struct rx_client {
    net_queue_handle_t queue;
    uint32_t held; /* buffers that it has */
    bool is_served;
};

static net_queue_handle_t driver;
static bool driver_is_served;
static struct rx_client clients[CLIENT_MAX];
static unsigned client_count;
static uint32_t share; /* buffers that one client may have */
static uint64_t holders[BUFFER_MAX];

static void buffer_to_driver(uint32_t index)
{
    net_buff_desc_t buffer = {.io_or_offset =
                                  config.data.io_addr + (uint64_t)index * NET_BUFFER_SIZE};
    holders[index] = WITH_DRIVER;
    if (net_enqueue_free(&driver, buffer) == 0) {
        driver_is_served = true;
    }
}

static void buffer_to_client(unsigned client_index, uint32_t index, uint16_t len)
{
    struct rx_client *client = &clients[client_index];
    net_buff_desc_t buffer = {.io_or_offset = (uint64_t)index * NET_BUFFER_SIZE, .len = len};
    if (client->held >= share || net_enqueue_active(&client->queue, buffer) != 0) {
        return;
    }
    client->held++;
    client->is_served = true;
    holders[index] |= 1ull << client_index;
}

static bool client_has_mac(unsigned client_index, const mac_addr_t *mac)
{
    const net_virt_rx_client_config_t *client = &config.clients[client_index];
    for (unsigned i = 0; i < client->num_macs; i++) {
        if (mac802_addr_eq(client->mac_addrs[i].addr, mac->addr)) {
            return true;
        }
    }
    return false;
}

/* A frame that the driver has received: to whom it is for, or straight back. */
static void frame_received(const net_buff_desc_t *buffer)
{
    uint64_t offset = buffer->io_or_offset - config.data.io_addr;
    if (offset % NET_BUFFER_SIZE != 0 || offset / NET_BUFFER_SIZE >= driver.capacity) {
        return;
    }
    uint32_t index = (uint32_t)(offset / NET_BUFFER_SIZE);
    if (holders[index] != WITH_DRIVER) {
        return;
    }
    holders[index] = 0;
    if (buffer->len >= sizeof(ether_hdr_t) && buffer->len <= NET_BUFFER_SIZE) {
        /* The device has written past the caches: what they have of the buffer is older. */
        uintptr_t frame = (uintptr_t)config.data.region.vaddr + offset;
        seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE_CAP, frame, frame + buffer->len);
        mac_addr_t dest = net_frame_dest(frame);
        bool for_all = mac802_addr_is_group(dest.addr);
        for (unsigned i = 0; i < client_count; i++) {
            if (for_all || client_has_mac(i, &dest)) {
                buffer_to_client(i, index, buffer->len);
                if (!for_all) {
                    break;
                }
            }
        }
    }
    if (holders[index] == 0) {
        buffer_to_driver(index);
    }
}

static bool serve_driver(void)
{
    net_buff_desc_t buffer;
    uint32_t count = 0;
    while (count < driver.capacity && net_dequeue_active(&driver, &buffer) == 0) {
        frame_received(&buffer);
        count++;
    }
    return count != 0;
}

static void buffer_returned(unsigned client_index, const net_buff_desc_t *buffer)
{
    uint64_t index = buffer->io_or_offset / NET_BUFFER_SIZE;
    if (buffer->io_or_offset % NET_BUFFER_SIZE != 0 || index >= driver.capacity ||
        (holders[index] >> client_index & 1) == 0) {
        return;
    }
    holders[index] &= ~(1ull << client_index);
    clients[client_index].held--;
    if (holders[index] == 0) {
        buffer_to_driver((uint32_t)index);
    }
}

static bool serve_client(unsigned client_index)
{
    struct rx_client *client = &clients[client_index];
    net_buff_desc_t buffer;
    uint32_t count = 0;
    while (count < client->queue.capacity && net_dequeue_free(&client->queue, &buffer) == 0) {
        buffer_returned(client_index, &buffer);
        count++;
    }
    return count != 0;
}

static bool turn(void)
{
    bool moved = false;
    for (unsigned i = 0; i < client_count; i++) {
        moved |= serve_client(i);
    }
    moved |= serve_driver();
    for (unsigned i = 0; i < client_count; i++) {
        if (clients[i].is_served) {
            clients[i].is_served = false;
            net_connection_tell_active(&clients[i].queue, config.clients[i].conn.id);
        }
    }
    if (driver_is_served) {
        driver_is_served = false;
        net_connection_tell_free(&driver, config.driver.id);
    }
    return moved;
}

/* Of buffers that a client returns this program is told only when it has more than half of its
 * share: otherwise there is time until the next frame, which then costs one wake less. */
static void request_signals(void)
{
    net_request_signal_active(&driver);
    for (unsigned i = 0; i < client_count; i++) {
        if (clients[i].held > share / 2) {
            net_request_signal_free(&clients[i].queue);
        } else {
            net_cancel_signal_free(&clients[i].queue);
        }
    }
}

static void cancel_signals(void)
{
    net_cancel_signal_active(&driver);
    for (unsigned i = 0; i < client_count; i++) {
        net_cancel_signal_free(&clients[i].queue);
    }
}

static const struct net_work work = {turn, request_signals, cancel_signals};

/* What is wrong with the configuration, or NULL. Opens all connections. */
static const char *open_connections(void)
{
    if (!net_config_check_magic(&config)) {
        return "nobody has written .net_virt_rx_config";
    }
    if (config.num_clients > CLIENT_MAX) {
        return "more clients than channels";
    }
    if (!net_connection_open(&driver, &config.driver)) {
        return "the driver's queues";
    }
    if (driver.capacity > BUFFER_MAX || driver.capacity <= config.num_clients) {
        return "the driver's num_buffers: more than there are clients, and at most 8192";
    }
    if (config.data.region.vaddr == NULL ||
        config.data.region.size / NET_BUFFER_SIZE < driver.capacity) {
        return "the data region is too small for the driver's num_buffers";
    }
    for (unsigned i = 0; i < config.num_clients; i++) {
        if (!net_connection_open(&clients[i].queue, &config.clients[i].conn) ||
            config.clients[i].num_macs > SDDF_NET_MAX_CLIENTS) {
            return "a client's queues, or the number of its MAC addresses";
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
    client_count = config.num_clients;
    share = driver.capacity / (client_count + 1);
    for (uint32_t i = 0; i < driver.capacity; i++) {
        buffer_to_driver(i);
    }
    net_work_run(&work);
}

void notified(microkit_channel ch)
{
    (void)ch;
    if (share != 0) {
        net_work_run(&work);
    }
}
