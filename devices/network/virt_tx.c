/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtualiser of what clients send through one network card. Clients take turns of a few frames
 * each. A frame's buffer is checked to lie in the client's own data region, and its offset becomes
 * the io address by which the driver reaches it; a buffer that the driver returns goes to the
 * client in whose region its io address lies.
 *
 * Which buffers the driver has is kept in this program's own memory: what a client sends while the
 * driver has it, and what the driver returns without having it, is ignored.
 *
 * The frames themselves are not looked at. A client may therefore send with any source MAC: it
 * could change the frame after a check.
 */
#include "connection.h"

#define CLIENT_MAX (MICROKIT_MAX_CHANNELS - 1) /* one channel is the driver's */
#define REGION_MAX 128                         /* data regions of all clients */
#define BUFFER_MAX 65536                       /* buffers in them */
#define TURN_MAX   16 /* frames of a client before it is the next one's turn */

__attribute__((section(".net_virt_tx_config"), used)) net_virt_tx_config_t config;

struct tx_region {
    uint64_t io_addr;
    uintptr_t vaddr; /* VA here, or 0: the driver does not reach memory past the caches */
    uint32_t buffer_count;
    uint32_t buffer_first; /* its first bit in with_driver */
    uint8_t client_index;
    uint8_t oid;
};

struct tx_client {
    net_queue_handle_t queue;
    unsigned region_first; /* of regions; the oid is added */
    bool is_served;
};

static net_queue_handle_t driver;
static bool driver_is_served;
static uint32_t driver_held;   /* buffers that the driver has: never more than it can return */
static uint32_t driver_plenty; /* while it has no more than that, nobody runs short */
static struct tx_client clients[CLIENT_MAX];
static unsigned client_count;
static unsigned client_now; /* whose turn it is */
static unsigned turn_left;  /* frames that it may still send before it is the next one's turn */
static struct tx_region regions[REGION_MAX];
static unsigned region_count;
static uint64_t with_driver[BUFFER_MAX / 64]; /* a bit a buffer */

static bool buffer_is_with_driver(uint32_t bit)
{
    return (with_driver[bit / 64] >> bit % 64 & 1) != 0;
}

static void buffer_flip(uint32_t bit)
{
    with_driver[bit / 64] ^= 1ull << bit % 64;
}

static void buffer_to_client(struct tx_client *client, net_buff_desc_t buffer)
{
    if (net_enqueue_free(&client->queue, buffer) == 0) {
        client->is_served = true;
    }
}

/* A frame that a client sends: to the driver, or back if it is none. A buffer that is not the
 * client's to send is not returned either. */
static void frame_sent(unsigned client_index, net_buff_desc_t buffer)
{
    struct tx_client *client = &clients[client_index];
    if (buffer.oid >= config.clients[client_index].num_regions) {
        return;
    }
    const struct tx_region *region = &regions[client->region_first + buffer.oid];
    uint64_t index = buffer.io_or_offset / NET_BUFFER_SIZE;
    if (buffer.io_or_offset % NET_BUFFER_SIZE != 0 || index >= region->buffer_count ||
        buffer_is_with_driver(region->buffer_first + (uint32_t)index)) {
        return;
    }
    if (buffer.len < sizeof(ether_hdr_t) || buffer.len > NET_BUFFER_SIZE) {
        buffer_to_client(client, buffer);
        return;
    }
    if (region->vaddr != 0) {
        uintptr_t frame = region->vaddr + buffer.io_or_offset;
        seL4_ARM_VSpace_Clean_Data(VSPACE_CAP, frame, frame + buffer.len);
    }
    net_buff_desc_t io = {.io_or_offset = region->io_addr + buffer.io_or_offset, .len = buffer.len};
    if (net_enqueue_active(&driver, io) != 0) {
        buffer_to_client(client, buffer);
        return;
    }
    buffer_flip(region->buffer_first + (uint32_t)index);
    driver_held++;
    driver_is_served = true;
}

static bool driver_has_room(void)
{
    return driver_held < driver.capacity && !net_queue_full_active(&driver);
}

/* Everybody's turn, from where it was broken off when the driver had no room. */
static bool serve_clients(void)
{
    net_buff_desc_t buffer;
    bool moved = false;
    for (unsigned i = 0; i < client_count; i++) {
        while (turn_left > 0 && driver_has_room() &&
               net_dequeue_active(&clients[client_now].queue, &buffer) == 0) {
            frame_sent(client_now, buffer);
            turn_left--;
            moved = true;
        }
        if (!driver_has_room()) {
            break;
        }
        client_now = (client_now + 1) % client_count;
        turn_left = TURN_MAX;
    }
    return moved;
}

static void buffer_returned(uint64_t io_addr)
{
    for (unsigned i = 0; i < region_count; i++) {
        const struct tx_region *region = &regions[i];
        uint64_t offset = io_addr - region->io_addr;
        uint64_t index = offset / NET_BUFFER_SIZE;
        if (index >= region->buffer_count) {
            continue;
        }
        uint32_t bit = region->buffer_first + (uint32_t)index;
        if (offset % NET_BUFFER_SIZE != 0 || !buffer_is_with_driver(bit)) {
            return;
        }
        buffer_flip(bit);
        driver_held--;
        buffer_to_client(&clients[region->client_index],
                         (net_buff_desc_t){.io_or_offset = offset, .oid = region->oid & 0x3f});
        return;
    }
}

static bool serve_driver(void)
{
    net_buff_desc_t buffer;
    uint32_t count = 0;
    while (count < driver.capacity && net_dequeue_free(&driver, &buffer) == 0) {
        buffer_returned(buffer.io_or_offset);
        count++;
    }
    return count != 0;
}

static bool turn(void)
{
    bool moved = serve_driver();
    moved |= serve_clients();
    for (unsigned i = 0; i < client_count; i++) {
        if (clients[i].is_served) {
            clients[i].is_served = false;
            net_connection_tell_free(&clients[i].queue, config.clients[i].conn.id);
        }
    }
    if (driver_is_served) {
        driver_is_served = false;
        net_connection_tell_active(&driver, config.driver.id);
    }
    return moved;
}

/* Of buffers that come back this program is told only when somebody may want them: otherwise there
 * is time until the next frame, and a sender's frame costs one wake less. */
static void request_signals(void)
{
    if (driver_held > driver_plenty) {
        net_request_signal_free(&driver);
    } else {
        net_cancel_signal_free(&driver);
    }
    for (unsigned i = 0; i < client_count; i++) {
        net_request_signal_active(&clients[i].queue);
    }
}

static void cancel_signals(void)
{
    net_cancel_signal_free(&driver);
    for (unsigned i = 0; i < client_count; i++) {
        net_cancel_signal_active(&clients[i].queue);
    }
}

static const struct net_work work = {turn, request_signals, cancel_signals};

/* Whether io addresses of a region are another's as well: its owner could not be told. */
static bool region_overlaps(const struct tx_region *region)
{
    for (unsigned i = 0; i < region_count; i++) {
        const struct tx_region *other = &regions[i];
        if (region->io_addr - other->io_addr < (uint64_t)other->buffer_count * NET_BUFFER_SIZE ||
            other->io_addr - region->io_addr < (uint64_t)region->buffer_count * NET_BUFFER_SIZE) {
            return true;
        }
    }
    return false;
}

/* Somebody has so many buffers: while the driver has a quarter of them, there are others. */
static void plenty_limit(uint32_t buffer_count)
{
    if (driver_plenty > buffer_count / 4) {
        driver_plenty = buffer_count / 4;
    }
}

static const char *add_region(unsigned client_index, unsigned oid, uint32_t *buffer_count)
{
    const net_virt_tx_data_region_t *data = &config.clients[client_index].regions[oid];
    if (region_count == REGION_MAX || data->num_buffers > BUFFER_MAX - *buffer_count) {
        return "more than 128 data regions, or more than 65536 buffers in them";
    }
    if (data->data.region.size / NET_BUFFER_SIZE < data->num_buffers) {
        return "a data region is too small for its num_buffers";
    }
    struct tx_region region = {
        .io_addr = data->data.io_addr,
        .vaddr = (uintptr_t)data->data.region.vaddr,
        .buffer_count = data->num_buffers,
        .buffer_first = *buffer_count,
        .client_index = (uint8_t)client_index,
        .oid = (uint8_t)oid,
    };
    if (region_overlaps(&region)) {
        return "two data regions share io addresses";
    }
    plenty_limit(region.buffer_count);
    regions[region_count++] = region;
    *buffer_count += region.buffer_count;
    return NULL;
}

/* What is wrong with the configuration, or NULL. Opens all connections. */
static const char *open_connections(void)
{
    uint32_t buffer_count = 0;
    if (!net_config_check_magic(&config)) {
        return "nobody has written .net_virt_tx_config";
    }
    if (config.num_clients > CLIENT_MAX) {
        return "more clients than channels";
    }
    if (!net_connection_open(&driver, &config.driver)) {
        return "the driver's queues";
    }
    driver_plenty = driver.capacity / 4;
    for (unsigned i = 0; i < config.num_clients; i++) {
        if (!net_connection_open(&clients[i].queue, &config.clients[i].conn) ||
            config.clients[i].num_regions > SDDF_NET_MAX_CLIENTS) {
            return "a client's queues, or the number of its data regions";
        }
        clients[i].region_first = region_count;
        plenty_limit(clients[i].queue.capacity);
        if (config.clients[i].num_regions > 1) {
            plenty_limit(0); /* a switch, which counts what each of its own clients has out */
        }
        for (unsigned oid = 0; oid < config.clients[i].num_regions; oid++) {
            const char *mistake = add_region(i, oid, &buffer_count);
            if (mistake != NULL) {
                return mistake;
            }
        }
    }
    return NULL;
}

void init(void)
{
    const char *mistake = open_connections();
    if (mistake != NULL) {
        net_config_refuse(mistake);
        driver.capacity = 0;
        return;
    }
    client_count = config.num_clients;
    turn_left = TURN_MAX;
    net_work_run(&work);
}

void notified(microkit_channel ch)
{
    (void)ch;
    if (driver.capacity != 0) {
        net_work_run(&work);
    }
}
