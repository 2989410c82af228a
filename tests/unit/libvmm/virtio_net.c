/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The devices of virtio_net.h. They are registered once; what a test leaves behind is wiped before
 * the next.
 */
#include "virtio_net.h"

#include <stdlib.h>
#include <string.h>

#define CLIENT_BASE 0xb000000ul
#define SERVER_BASE 0xb001000ul
#define SPI         100

#define RX_RING   (FAKE_RAM + 0x100000)
#define TX_RING   (FAKE_RAM + 0x110000)
#define DATA_SIZE 0x400000ul

struct test_net test_client = {.base = CLIENT_BASE},
                test_server = {.base = SERVER_BASE, .is_server = true};

static uint8_t mac[6] = {0x52, 0x54, 0, 1, 2, 3};
static uint64_t data_next;

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static void queue_allocate(net_queue_handle_t *queue)
{
    if (!net_queue_init(queue, allocate(net_queue_size(NET_CAPACITY)),
                        allocate(net_queue_size(NET_CAPACITY)), NET_CAPACITY)) {
        abort();
    }
}

static void device_register(struct test_net *net)
{
    struct virtio_net_region from = {0, NET_CAPACITY * NET_BUFFER_SIZE};
    struct virtio_net_region to[NET_REGION_COUNT];
    queue_allocate(&net->to_guest);
    queue_allocate(&net->from_guest);
    net->from_guest_data = allocate(from.size);
    from.va = (uintptr_t)net->from_guest_data;
    for (unsigned i = 0; i < NET_REGION_COUNT; i++) {
        net->to_guest_data[i] = allocate(from.size);
        to[i] = (struct virtio_net_region){(uintptr_t)net->to_guest_data[i], from.size};
    }
    irq_routing_info_t route = ARM_GIC_IRQ_ROUTE(0, SPI + net->is_server);
    bool done = net->is_server
                    ? virtio_mmio_net_server_init(
                          &net->device, net->base, 0x200, route, &net->from_guest, &net->to_guest,
                          &from, 1, to, NET_REGION_COUNT, NET_CH_FROM_GUEST, NET_CH_TO_GUEST, mac)
                    : virtio_mmio_net_init(&net->device, net->base, 0x200, route, &net->to_guest,
                                           &net->from_guest, to[0].va, from.va, NET_CH_TO_GUEST,
                                           NET_CH_FROM_GUEST, mac, false) &&
                          virtio_net_set_rx_regions(&net->device, to, NET_REGION_COUNT);
    if (!done) {
        abort();
    }
}

uint64_t test_net_features(void)
{
    return VIRTIO_FEATURE(VIRTIO_F_INDIRECT_DESC) | VIRTIO_FEATURE(VIRTIO_F_EVENT_IDX) |
           VIRTIO_FEATURE(VIRTIO_NET_F_MAC) | VIRTIO_FEATURE(VIRTIO_NET_F_STATUS) |
           VIRTIO_FEATURE(VIRTIO_NET_F_MTU) | VIRTIO_FEATURE(VIRTIO_NET_F_CSUM) |
           VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO4) | VIRTIO_FEATURE(VIRTIO_NET_F_HOST_TSO6) |
           VIRTIO_FEATURE(VIRTIO_NET_F_HOST_ECN) | VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_CSUM) |
           VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO4) | VIRTIO_FEATURE(VIRTIO_NET_F_GUEST_TSO6) |
           VIRTIO_FEATURE(VIRTIO_NET_F_MRG_RXBUF);
}

void test_net_driver(struct test_net *net, uint64_t features)
{
    if (!driver_begin(net->base, features)) {
        abort();
    }
    driver_queue_begin(net->base, &net->rx, VIRTIO_NET_RX_VIRTQ, NET_QUEUE_SIZE, RX_RING);
    driver_queue_begin(net->base, &net->tx, VIRTIO_NET_TX_VIRTQ, NET_QUEUE_SIZE, TX_RING);
    data_next = NET_DATA;
    driver_ready(net->base);
}

void test_net_start(struct test_net *net, uint64_t features)
{
    fake_start(1);
    if (net->from_guest_data == NULL) {
        device_register(net);
    }
    driver_store(net->base, REG_VIRTIO_MMIO_STATUS, 0);
    memset(net->to_guest.free, 0, net_queue_size(NET_CAPACITY));
    memset(net->to_guest.active, 0, net_queue_size(NET_CAPACITY));
    memset(net->from_guest.free, 0, net_queue_size(NET_CAPACITY));
    memset(net->from_guest.active, 0, net_queue_size(NET_CAPACITY));
    net_buffers_init(&net->from_guest, net->is_server ? (uintptr_t)net->from_guest_data : 0);
    test_net_driver(net, features);
    memset(fake.notify_count, 0, sizeof fake.notify_count);
    fake_logged("");
}

int test_net_start_client(void **state)
{
    *state = &test_client;
    test_net_start(&test_client, test_net_features());
    return 0;
}

int test_net_start_server(void **state)
{
    *state = &test_server;
    test_net_start(&test_server, test_net_features());
    return 0;
}

/* ---- The driver ---- */

/* Room in guest RAM, used in turn. */
static uint64_t data_take(uint32_t size)
{
    if (data_next + size > NET_DATA + DATA_SIZE) {
        data_next = NET_DATA;
    }
    uint64_t gpa = data_next;
    data_next += size;
    return gpa;
}

uint16_t test_net_send(struct test_net *net, const struct virtio_net_hdr *header,
                       const uint8_t *bytes, uint32_t length, const uint32_t *cuts,
                       unsigned cut_count)
{
    struct virtio_net_hdr_mrg_rxbuf full = {.hdr = *header};
    struct driver_part parts[8];
    uint64_t gpa = data_take(length + (uint32_t)sizeof full);
    memcpy(fake_ram(gpa), &full, sizeof full);
    memcpy(fake_ram(gpa) + sizeof full, bytes, length);
    uint32_t at = 0;
    for (unsigned i = 0; i <= cut_count; i++) {
        uint32_t end = i < cut_count ? cuts[i] : length + (uint32_t)sizeof full;
        parts[i] = (struct driver_part){gpa + at, end - at, false};
        at = end;
    }
    return driver_add(&net->tx, parts, cut_count + 1);
}

uint64_t test_net_post(struct test_net *net, const uint32_t *sizes, unsigned count)
{
    struct driver_part parts[8];
    uint32_t total = 0;
    for (unsigned i = 0; i < count; i++) {
        total += sizes[i];
    }
    uint64_t gpa = data_take(total);
    memset(fake_ram(gpa), 0xee, total);
    uint64_t at = gpa;
    for (unsigned i = 0; i < count; i++) {
        parts[i] = (struct driver_part){at, sizes[i], true};
        at += sizes[i];
    }
    driver_add(&net->rx, parts, count);
    return gpa;
}

/* ---- The other end ---- */

const uint8_t *test_net_take(struct test_net *net, net_buff_desc_t *buffer)
{
    if (net_dequeue_active(&net->from_guest, buffer) != 0) {
        return NULL;
    }
    uintptr_t base = net->is_server ? 0 : (uintptr_t)net->from_guest_data;
    return (const uint8_t *)(base + buffer->io_or_offset);
}

void test_net_return(struct test_net *net, net_buff_desc_t buffer)
{
    if (net_enqueue_free(&net->from_guest, buffer) != 0) {
        abort();
    }
}

net_buff_desc_t test_net_buffer(struct test_net *net, unsigned region, unsigned index)
{
    uint64_t offset = (uint64_t)index * NET_BUFFER_SIZE;
    if (net->is_server) {
        return (net_buff_desc_t){.io_or_offset = (uintptr_t)net->to_guest_data[region] + offset};
    }
    return (net_buff_desc_t){.io_or_offset = offset, .oid = (uint8_t)(region & 0x3f)};
}

void test_net_hand_bytes(struct test_net *net, unsigned region, unsigned index,
                         const uint8_t *bytes, uint16_t length)
{
    net_buff_desc_t buffer = test_net_buffer(net, region, index);
    memcpy(net->to_guest_data[region] + index * NET_BUFFER_SIZE, bytes,
           length < NET_BUFFER_SIZE ? length : NET_BUFFER_SIZE);
    buffer.len = length;
    if (net_enqueue_active(&net->to_guest, buffer) != 0) {
        abort();
    }
}

void test_net_hand(struct test_net *net, unsigned region, unsigned index, uint8_t first,
                   uint16_t length)
{
    uint8_t bytes[NET_BUFFER_SIZE];
    for (unsigned i = 0; i < NET_BUFFER_SIZE; i++) {
        bytes[i] = (uint8_t)(first + i + (i >> 8));
    }
    test_net_hand_bytes(net, region, index, bytes, length);
}

void test_net_notify(struct test_net *net, microkit_channel ch)
{
    if (!virtio_net_notified(&net->device, ch)) {
        abort();
    }
}

unsigned test_net_notified(microkit_channel ch)
{
    unsigned count = fake.notify_count[ch];
    fake.notify_count[ch] = 0;
    return count;
}
