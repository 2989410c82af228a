/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device between a driver and an sDDF server that the tests play: what is sent to
 * the server, what comes back, and what either may do wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <libvmm/virtio/block.h>

#include "libvmm/virtio_driver.h"
#include "virtio/block_device.h"

#define DIRECT   0xb000000ul /* registers of a device whose data region is guest RAM, GPA */
#define BOUNCED  0xb001000ul /* and of one with another */
#define SPI      100
#define CHANNEL  7
#define QUEUES   (FAKE_RAM + 0x100000)
#define HEADERS  (FAKE_RAM + 0x200000)
#define STATUSES (FAKE_RAM + 0x210000)
#define TABLES   (FAKE_RAM + 0x220000)
#define DATA     (FAKE_RAM + 0x400000)
#define QUEUE    128
#define CAPACITY 64
#define BLOCKS   512 /* of the disk */
#define BLOCK    BLK_TRANSFER_SIZE
#define BOUNCE   16 /* pages of the bounce area and zeroes in the tests without direct access */
#define ALL      0xffffffffull

static struct virtio_blk_device direct, bounced, unfit, late;
static struct virtio_blk_device *dev;
static uint64_t base; /* of its registers, GPA */
static struct driver_queue queues[VIRTIO_BLK_QUEUE_COUNT];
static struct driver_queue *const q = &queues[0];
static _Alignas(BLOCK) uint8_t info_region[BLK_STORAGE_INFO_REGION_SIZE];
static blk_storage_info_t *const info = (blk_storage_info_t *)info_region;
static _Alignas(8) uint8_t req_region[4096 * 4], resp_region[4096];
static blk_queue_handle_t server;
static uint8_t disk[BLOCKS][BLOCK];
static _Alignas(BLOCK) uint8_t region[BOUNCE * BLOCK];
static uint8_t *data_region;
static uint64_t data_size;
static unsigned next_request;

/* ---- The server ---- */

static blk_req_t taken; /* the last request */

static bool server_take(void)
{
    uintptr_t offset;
    if (blk_dequeue_req(&server, &taken.code, &offset, &taken.block_number, &taken.count,
                        &taken.id) != 0) {
        return false;
    }
    taken.io_or_offset = offset;
    return true;
}

/* Does what the last request says. */
static blk_resp_status_t server_do(const blk_req_t *request)
{
    size_t size = (size_t)request->count * BLOCK;
    switch ((unsigned)request->code) {
    case BLK_REQ_READ:
    case BLK_REQ_WRITE:
        assert_true(request->count > 0 && request->block_number + request->count <= BLOCKS);
        assert_true(request->io_or_offset % BLOCK == 0);
        assert_true(request->io_or_offset + size <= data_size);
        if (request->code == BLK_REQ_READ) {
            memcpy(data_region + request->io_or_offset, disk[request->block_number], size);
        } else {
            memcpy(disk[request->block_number], data_region + request->io_or_offset, size);
        }
        return BLK_RESP_OK;
    case BLK_REQ_WRITE_ZEROES:
        assert_true(request->block_number + request->count <= BLOCKS);
        memset(disk[request->block_number], 0, size);
        return BLK_RESP_OK;
    case BLK_REQ_FLUSH:
    case BLK_REQ_DISCARD:
        return BLK_RESP_OK;
    default:
        fail_msg("request code %u", (unsigned)request->code);
        return BLK_RESP_ERR_UNSPEC;
    }
}

static void answer(const blk_req_t *request, blk_resp_status_t status)
{
    assert_int_equal(
        blk_enqueue_resp(&server, status, status == BLK_RESP_OK ? request->count : 0, request->id),
        0);
}

/* Serves all there is; returns how many requests that were. */
static unsigned serve(void)
{
    unsigned count = 0;
    while (server_take()) {
        answer(&taken, server_do(&taken));
        virtio_blk_handle_resp(dev);
        count++;
    }
    return count;
}

/* ---- The driver ---- */

static uint64_t status_gpa(uint16_t head)
{
    return STATUSES + head;
}

static uint8_t status_of(uint16_t head)
{
    return *fake_ram(status_gpa(head));
}

/* Makes a request of these data parts available in `queue`. */
static uint16_t ask(struct driver_queue *queue, uint32_t type, uint64_t sector,
                    const struct driver_part *parts, unsigned count)
{
    struct driver_part chain[VIRTIO_CHAIN_MAX + 2];
    unsigned slot = next_request++ % 2048;
    uint64_t header = HEADERS + slot * 16;
    memcpy(fake_ram(header), &(uint32_t[2]){type, 0}, 8);
    memcpy(fake_ram(header) + 8, &sector, 8);
    uint16_t head = queue->desc_next; /* where driver_add() begins the chain */
    *fake_ram(status_gpa(head)) = 0xff;
    chain[0] = (struct driver_part){header, 16, false};
    memcpy(chain + 1, parts, count * sizeof(*parts));
    chain[count + 1] = (struct driver_part){status_gpa(head), 1, true};
    assert_int_equal(driver_add(queue, chain, count + 2), head);
    return head;
}

static uint16_t ask_one(uint32_t type, uint64_t sector, uint64_t gpa, uint32_t size)
{
    bool is_write = type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID;
    return ask(q, type, sector, &(struct driver_part){gpa, size, is_write}, size != 0);
}

static void kick(void)
{
    driver_kick(base, q);
}

/* The next used buffer has to be `head`, with this result. */
static void expect_used(uint16_t head, uint8_t result, uint32_t written)
{
    uint32_t id, size;
    assert_true(driver_take(q, &id, &size));
    assert_int_equal(id, head);
    assert_int_equal(status_of(head), result);
    assert_int_equal(size, written);
}

static void expect_none(void)
{
    uint32_t id, size;
    assert_false(driver_take(q, &id, &size));
}

static void begin(uint64_t features)
{
    assert_true(driver_begin(base, features & driver_features_offered(base)));
    for (unsigned i = 0; i < VIRTIO_BLK_QUEUE_COUNT; i++) {
        driver_queue_begin(base, &queues[i], i, QUEUE, QUEUES + i * DRIVER_QUEUE_BYTES);
    }
    driver_ready(base);
}

static void disk_fill(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        for (unsigned j = 0; j < BLOCK; j++) {
            disk[i][j] = (uint8_t)(i * 7 + j * 3 + j / 256);
        }
    }
}

static bool device_init(struct virtio_blk_device *device, uint64_t at, uint8_t *data, uint64_t size)
{
    blk_queue_init(&server, (blk_req_queue_t *)req_region, (blk_resp_queue_t *)resp_region,
                   CAPACITY);
    return virtio_mmio_blk_init(device, at, 0x200,
                                ARM_GIC_IRQ_ROUTE(0, SPI + (at - DIRECT) / 0x1000), (uintptr_t)data,
                                size, info, &server, CAPACITY, CHANNEL);
}

static void info_set(void)
{
    memset(info_region, 0, sizeof(info_region));
    strcpy(info->serial_number, "a serial number of a disk");
    info->capacity = BLOCKS;
    info->sector_size = 512;
    blk_storage_set_ready(info, true);
}

/* A device can be registered once. In each test it is as if it was new: nothing is at the server,
 * and the queues have `capacity` entries. */
static void start_with(struct virtio_blk_device *device, uint64_t at, uint8_t *data, uint64_t size,
                       uint32_t capacity)
{
    fake_start(1);
    info_set();
    dev = device;
    base = at;
    if (dev->data_region == 0) {
        assert_true(device_init(dev, base, data, size));
    }
    memset(req_region, 0, sizeof(req_region));
    memset(resp_region, 0, sizeof(resp_region));
    server.capacity = capacity;
    dev->queue_h.capacity = capacity;
    memset(dev->bounce_used, 0, sizeof(dev->bounce_used));
    dev->bounce_used_count = 0;
    block_parts_init(dev);
    virtio_blk_handle_resp(dev);
    data_region = data;
    data_size = size;
    disk_fill();
    begin(ALL);
    memset(fake.notify_count, 0, sizeof(fake.notify_count));
}

static void start_direct_with(uint32_t capacity)
{
    start_with(&direct, DIRECT, fake_ram(FAKE_RAM), FAKE_RAM_SIZE, capacity);
}

static int start_direct(void **state)
{
    (void)state;
    start_direct_with(CAPACITY);
    return 0;
}

static int start_bounced(void **state)
{
    (void)state;
    start_with(&bounced, BOUNCED, region, sizeof(region), CAPACITY);
    return 0;
}

/* ---- What the device says of itself ---- */

static void shows_the_disk(void **state)
{
    (void)state;
    uint64_t offered = driver_features_offered(base);
    assert_true((offered >> VIRTIO_BLK_F_FLUSH & 1) != 0);
    assert_true((offered >> VIRTIO_BLK_F_MQ & 1) != 0);
    assert_true((offered >> VIRTIO_BLK_F_RO & 1) == 0);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_DEVICE_ID), 2);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), BLOCKS * 8);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG + 20), BLOCK);
    assert_int_equal(fake_load(0, base + REG_VIRTIO_MMIO_CONFIG + 34, 2), VIRTIO_BLK_QUEUE_COUNT);
}

static void id_is_the_serial_number(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_GET_ID, 0, DATA, 20);
    uint16_t small = ask_one(VIRTIO_BLK_T_GET_ID, 0, DATA + 64, 4);
    kick();
    expect_used(head, VIRTIO_BLK_S_OK, 21);
    expect_used(small, VIRTIO_BLK_S_OK, 5);
    assert_memory_equal(fake_ram(DATA), "a serial number of a", 20);
    assert_memory_equal(fake_ram(DATA + 64), "a se", 4);
}

static void appears_and_goes(void **state)
{
    (void)state;
    driver_interrupt(base);
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 0);
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    uint16_t flush = ask_one(VIRTIO_BLK_T_FLUSH, 0, 0, 0);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    expect_used(flush, VIRTIO_BLK_S_IOERR, 0);
    info->capacity = 7;
    blk_storage_set_ready(info, true);
    driver_interrupt(base);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_CONFIG), 7 * 8);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), 0);
}

/* There is no disk yet: the server is asked to say when there is one, by a flush of nobody's. */
static void disk_that_comes_later(void **state)
{
    (void)state;
    fake_start(1);
    info_set();
    blk_storage_set_ready(info, false);
    memset(req_region, 0, sizeof(req_region));
    memset(resp_region, 0, sizeof(resp_region));
    dev = &late;
    base = BOUNCED + 0x2000;
    assert_true(device_init(dev, base, fake_ram(FAKE_RAM), FAKE_RAM_SIZE));
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    begin(ALL);
    assert_true(virtio_blk_is_quiet(dev));
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    blk_req_t flush = taken;
    assert_false(server_take());
    driver_interrupt(base);
    blk_storage_set_ready(info, true);
    answer(&flush, BLK_RESP_OK);
    answer(&flush, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_CONFIG);
    data_region = fake_ram(FAKE_RAM);
    data_size = FAKE_RAM_SIZE;
    head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_false(virtio_blk_is_quiet(dev));
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
    assert_true(virtio_blk_is_quiet(dev));
}

static void read_only_disk(void **state)
{
    (void)state;
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    info->read_only = true;
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev);
    assert_true((driver_features_offered(base) >> VIRTIO_BLK_F_RO & 1) != 0);
    begin(ALL);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    assert_false(server_take());
}

/* ---- Reading and writing where the data is ---- */

static void reads_in_place(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 3 * 8, DATA, 4 * BLOCK);
    kick();
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_READ);
    assert_int_equal(taken.io_or_offset, DATA - FAKE_RAM);
    assert_int_equal(taken.block_number, 3);
    assert_int_equal(taken.count, 4);
    expect_none();
    driver_interrupt(base);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 4 * BLOCK + 1);
    assert_int_equal(driver_interrupt(base), VIRTIO_INTERRUPT_USED);
    assert_memory_equal(fake_ram(DATA), disk[3], 4 * BLOCK);
}

static void joins_what_lies_together(void **state)
{
    (void)state;
    /* Two pieces in a row that no page divides, and one elsewhere. */
    struct driver_part parts[] = {{DATA, BLOCK + 512, false},
                                  {DATA + BLOCK + 512, BLOCK - 512, false},
                                  {DATA + 8 * BLOCK, BLOCK, false}};
    memset(fake_ram(DATA), 0xa5, 16 * BLOCK);
    uint16_t head = ask(q, VIRTIO_BLK_T_OUT, 0, parts, 3);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.count, 2);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    assert_int_equal(taken.block_number, 2);
    assert_int_equal(taken.io_or_offset, DATA - FAKE_RAM + 8 * BLOCK);
    answer(&taken, server_do(&taken));
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    assert_memory_equal(disk[2], fake_ram(DATA), BLOCK);
}

static void one_interrupt_a_batch(void **state)
{
    (void)state;
    uint16_t heads[10];
    for (unsigned i = 0; i < 10; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * BLOCK, BLOCK);
    }
    kick();
    assert_int_equal(fake.notify_count[CHANNEL], 1);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(server_take());
        answer(&taken, server_do(&taken));
    }
    unsigned before = fake.inject_count;
    virtio_blk_handle_resp(dev);
    assert_true(fake.inject_count - before <= 1);
    for (unsigned i = 0; i < 10; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
    }
}

/* ---- Through the bounce area ---- */

/* Random segments, whatever their alignment: what comes out is what went in. */
static void any_segments(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 300; round++) {
        struct driver_part parts[64];
        bool is_read = round % 2 == 0;
        uint32_t blocks = 1 + (uint32_t)rand() % 24, left = blocks * BLOCK;
        uint64_t block = (uint64_t)rand() % (BLOCKS - blocks), gpa = DATA;
        unsigned count = 0;
        static uint8_t bytes[64 * BLOCK];
        uint8_t *at = bytes;
        while (left != 0) {
            uint32_t size = count == 63 ? left : 1 + (uint32_t)rand() % (3 * BLOCK);
            size = size < left ? size : left;
            size = rand() % 2 == 0 && left >= BLOCK && size >= BLOCK ? size & ~(BLOCK - 1u) : size;
            gpa = rand() % 2 == 0 ? (gpa + BLOCK - 1) & ~(BLOCK - 1ul) : gpa + rand() % 2 * 512;
            parts[count++] = (struct driver_part){gpa, size, is_read};
            for (uint32_t i = 0; i < size && !is_read; i++) {
                fake_ram(gpa)[i] = (uint8_t)rand();
            }
            memcpy(at, fake_ram(gpa), size);
            at += size;
            gpa += size;
            left -= size;
        }
        uint16_t head =
            ask(q, is_read ? VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT, block * 8, parts, count);
        kick();
        assert_true(serve() > 0);
        expect_used(head, VIRTIO_BLK_S_OK, is_read ? blocks * BLOCK + 1 : 1);
        at = bytes;
        for (unsigned i = 0; i < count && is_read; i++) {
            memcpy(at, fake_ram(parts[i].gpa), parts[i].size);
            at += parts[i].size;
        }
        assert_memory_equal(bytes, disk[block], blocks * BLOCK);
    }
    assert_true(virtio_blk_is_quiet(dev));
    assert_int_equal(dev->bounce_used_count, 0);
    assert_int_equal(dev->kept_used, 0);
}

static void bounce_area_full(void **state)
{
    (void)state;
    uint16_t heads[40];
    for (unsigned i = 0; i < 40; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * 2 * BLOCK + 512, BLOCK);
    }
    kick();
    assert_int_equal(blk_queue_length_req(&server), dev->bounce_pages);
    assert_int_equal(serve(), 40);
    for (unsigned i = 0; i < 40; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
        assert_memory_equal(fake_ram(DATA + i * 2 * BLOCK + 512), disk[i], BLOCK);
    }
}

static void no_bounce_area(void **state)
{
    (void)state;
    uint16_t bad = ask_one(VIRTIO_BLK_T_IN, 0, DATA + 512, BLOCK);
    uint16_t good = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 1);
    expect_used(bad, VIRTIO_BLK_S_IOERR, 0);
    expect_used(good, VIRTIO_BLK_S_OK, BLOCK + 1);
}

/* ---- Full queues, many queues ---- */

static void server_queue_full(void **state)
{
    (void)state;
    start_direct_with(4);
    uint16_t heads[40];
    for (unsigned i = 0; i < 40; i++) {
        heads[i] = ask_one(VIRTIO_BLK_T_IN, i * 8, DATA + i * BLOCK, BLOCK);
    }
    kick();
    assert_int_equal(blk_queue_length_req(&server), 4);
    assert_int_equal(serve(), 40);
    for (unsigned i = 0; i < 40; i++) {
        expect_used(heads[i], VIRTIO_BLK_S_OK, BLOCK + 1);
    }
    assert_memory_equal(fake_ram(DATA), disk, 40 * BLOCK);
}

static void all_queues_are_served(void **state)
{
    (void)state;
    start_direct_with(2);
    for (unsigned n = 0; n < VIRTIO_BLK_QUEUE_COUNT; n++) {
        for (unsigned i = 0; i < 8; i++) {
            uint64_t place = n * 8 + i;
            ask(&queues[n], VIRTIO_BLK_T_IN, place * 8,
                &(struct driver_part){DATA + place * BLOCK, BLOCK, true}, 1);
        }
    }
    kick();
    assert_int_equal(serve(), VIRTIO_BLK_QUEUE_COUNT * 8);
    for (unsigned n = 0; n < VIRTIO_BLK_QUEUE_COUNT; n++) {
        uint32_t id, size;
        for (unsigned i = 0; i < 8; i++) {
            assert_true(driver_take(&queues[n], &id, &size));
        }
        assert_false(driver_take(&queues[n], &id, &size));
    }
    assert_memory_equal(fake_ram(DATA), disk, VIRTIO_BLK_QUEUE_COUNT * 8 * BLOCK);
}

/* ---- Flush, write through, discard, write zeroes ---- */

static void flush_goes_to_the_server(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_FLUSH, 0, 0, 0);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    expect_none();
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
}

/* A driver that knows no flush has its writes flushed before they are answered. */
static void write_through(void **state)
{
    (void)state;
    begin(0);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_WRITE);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
}

static void write_cache_is_the_drivers_choice(void **state)
{
    (void)state;
    uint64_t writeback = base + REG_VIRTIO_MMIO_CONFIG + 32;
    assert_int_equal(fake_load(0, writeback, 1), 1);
    fake_store(0, writeback, 1, 0);
    assert_int_equal(fake_load(0, writeback, 1), 0);
    ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 2);
    assert_int_equal(taken.code, BLK_REQ_FLUSH);
    fake_store(0, writeback, 1, 1);
    ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_int_equal(serve(), 1);
    fake_store(0, writeback, 1, 7);
    assert_int_equal(fake_load(0, writeback, 1), 1);
}

struct range {
    uint64_t sector;
    uint32_t sectors, flags;
};

static uint16_t ask_ranges(uint32_t type, const struct range *ranges, unsigned count)
{
    memcpy(fake_ram(DATA), ranges, count * sizeof(*ranges));
    return ask_one(type, 0, DATA, (uint32_t)(count * sizeof(*ranges)));
}

static void offer_extension(uint32_t features, uint16_t max)
{
    blk_storage_set_ready(info, false);
    virtio_blk_handle_resp(dev);
    blk_extension_write(info, (blk_extension_t){.features = features,
                                                .max_discard = max,
                                                .max_write_zeroes = max,
                                                .discard_alignment = 1});
    blk_storage_set_ready(info, true);
    virtio_blk_handle_resp(dev);
}

static void ranges_are_cut(void **state)
{
    (void)state;
    offer_extension(BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES, 3);
    struct range ranges[] = {{8, 8 * 8, 0}, {80, 0, 0}, {160, 8, 0}};
    uint16_t zeroes = ask_ranges(VIRTIO_BLK_T_WRITE_ZEROES, ranges, 3);
    kick();
    assert_int_equal(serve(), 4);
    assert_int_equal(taken.code, BLK_REQ_WRITE_ZEROES);
    expect_used(zeroes, VIRTIO_BLK_S_OK, 1);
    assert_int_equal(disk[8][1] | disk[1][1] | disk[20][1], 0);
    assert_int_not_equal(disk[9][1], 0);
    /* Of a range that is not made of blocks only whole ones are discarded. */
    uint16_t discard = ask_ranges(VIRTIO_BLK_T_DISCARD, (struct range[]){{4, 16, 0}, {1, 7, 0}}, 2);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(taken.code, BLK_REQ_DISCARD);
    assert_int_equal(taken.block_number, 1);
    assert_int_equal(taken.count, 1);
    expect_used(discard, VIRTIO_BLK_S_OK, 1);
}

/* A server of sDDF's knows neither: zeroes are written, and what was discarded stays. */
static void server_without_extension(void **state)
{
    (void)state;
    uint16_t zeroes = ask_ranges(VIRTIO_BLK_T_WRITE_ZEROES, &(struct range){8, 9 * 8, 1}, 1);
    uint16_t discard = ask_ranges(VIRTIO_BLK_T_DISCARD, &(struct range){8, 9 * 8, 0}, 1);
    kick();
    assert_true(serve() > 0);
    assert_int_equal(taken.code, BLK_REQ_WRITE);
    expect_used(discard, VIRTIO_BLK_S_OK, 1);
    expect_used(zeroes, VIRTIO_BLK_S_OK, 1);
    static const uint8_t nothing[9 * BLOCK];
    assert_memory_equal(disk[1], nothing, sizeof(nothing));
    assert_int_not_equal(disk[10][1], 0);
}

static void bad_ranges(void **state)
{
    (void)state;
    offer_extension(BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES, 3);
    struct {
        uint32_t type;
        struct range range;
        uint8_t result;
    } cases[] = {
        {VIRTIO_BLK_T_DISCARD, {0, 8, 1}, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_WRITE_ZEROES, {0, 8, 2}, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_WRITE_ZEROES, {1, 8, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {0, 7, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_DISCARD, {BLOCKS * 8, 8, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_DISCARD, {BLOCKS * 8 - 8, 16, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {UINT64_MAX - 7, 16, 0}, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_WRITE_ZEROES, {8, UINT32_MAX, 0}, VIRTIO_BLK_S_IOERR},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t head = ask_ranges(cases[i].type, &cases[i].range, 1);
        kick();
        assert_int_equal(serve(), 0);
        uint32_t id, size;
        assert_true(driver_take(q, &id, &size));
        assert_int_equal(status_of(head), cases[i].result);
    }
    uint16_t odd = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 15);
    uint16_t many = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 17 * 16);
    uint16_t none = ask_one(VIRTIO_BLK_T_DISCARD, 0, DATA, 0);
    kick();
    expect_used(odd, VIRTIO_BLK_S_IOERR, 0);
    expect_used(many, VIRTIO_BLK_S_IOERR, 0);
    expect_used(none, VIRTIO_BLK_S_IOERR, 0);
}

/* ---- A hostile guest ---- */

static void bad_requests(void **state)
{
    (void)state;
    struct {
        uint32_t type;
        uint64_t sector;
        uint32_t size;
        uint8_t result;
    } cases[] = {
        {VIRTIO_BLK_T_IN, 1, BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_IN, 0, 512, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, 0, BLOCK + 512, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, BLOCKS * 8, BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, BLOCKS * 8 - 8, 2 * BLOCK, VIRTIO_BLK_S_IOERR},
        {VIRTIO_BLK_T_OUT, UINT64_MAX - 7, 2 * BLOCK, VIRTIO_BLK_S_IOERR},
        {2, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
        {VIRTIO_BLK_T_OUT | 0x80000000u, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
        {14, 0, BLOCK, VIRTIO_BLK_S_UNSUPP},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint16_t head = ask_one(cases[i].type, cases[i].sector, DATA, cases[i].size);
        kick();
        expect_used(head, cases[i].result, 0);
        assert_false(server_take());
    }
    /* Nothing is asked for, and nothing is what happens. */
    uint16_t nothing = ask_one(VIRTIO_BLK_T_IN, 8, DATA, 0);
    kick();
    expect_used(nothing, VIRTIO_BLK_S_OK, 1);
    assert_false(server_take());
}

static void expect_broken(const struct driver_part *parts, unsigned count)
{
    begin(ALL);
    driver_add(q, parts, count);
    kick();
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET,
                     VIRTIO_STATUS_NEEDS_RESET);
    assert_false(server_take());
}

static void requests_without_header_or_status(void **state)
{
    (void)state;
    expect_broken(&(struct driver_part){HEADERS, 15, false}, 1);
    expect_broken(&(struct driver_part){HEADERS, 16, false}, 1);
    expect_broken(&(struct driver_part){STATUSES, 1, true}, 1);
    /* Header and status in pieces are fine. */
    begin(ALL);
    uint32_t type = VIRTIO_BLK_T_FLUSH;
    memset(fake_ram(HEADERS), 0, 16);
    memcpy(fake_ram(HEADERS), &type, 4);
    driver_add(
        q,
        (struct driver_part[]){{HEADERS, 3, false}, {HEADERS + 3, 13, false}, {STATUSES, 1, true}},
        3);
    kick();
    assert_int_equal(serve(), 1);
    assert_int_equal(*fake_ram(STATUSES), VIRTIO_BLK_S_OK);
}

/* ---- A hostile server ---- */

static void server_answers_wrongly(void **state)
{
    (void)state;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    blk_req_t first = taken;
    for (unsigned i = 1; i < 40; i++) {
        blk_enqueue_resp(&server, BLK_RESP_OK, 1, first.id + i);
    }
    virtio_blk_handle_resp(dev);
    expect_none();
    answer(&first, BLK_RESP_OK);
    answer(&first, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
    expect_none();
    /* The place is used again, the old id is not. */
    head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    answer(&first, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_true(server_take());
    blk_enqueue_resp(&server, BLK_RESP_OK, 0, taken.id); /* OK, but nothing was read */
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    head = ask_one(VIRTIO_BLK_T_OUT, 0, DATA, BLOCK);
    kick();
    assert_true(server_take());
    blk_enqueue_resp(&server, (blk_resp_status_t)77, 1, taken.id);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
}

static void server_breaks_its_queues(void **state)
{
    (void)state;
    server.resp_queue->tail = 12345;
    virtio_blk_handle_resp(dev);
    server.resp_queue->tail = 0;
    server.req_queue->head = 77;
    uint16_t head = ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    kick();
    expect_none();
    server.req_queue->head = 0;
    virtio_blk_handle_resp(dev);
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, BLOCK + 1);
}

/* A part fails: what was not sent yet is not, the request ends once, when all is answered. */
static void one_part_fails(void **state)
{
    (void)state;
    start_direct_with(2);
    struct driver_part parts[8];
    for (unsigned i = 0; i < 8; i++) {
        parts[i] = (struct driver_part){DATA + 2 * i * BLOCK, BLOCK, true};
    }
    uint16_t head = ask(q, VIRTIO_BLK_T_IN, 0, parts, 8);
    kick();
    assert_true(server_take());
    blk_req_t first = taken;
    assert_true(server_take());
    answer(&first, BLK_RESP_ERR_IO);
    virtio_blk_handle_resp(dev);
    expect_none();
    assert_int_equal(blk_queue_length_req(&server), 0);
    answer(&taken, BLK_RESP_OK);
    virtio_blk_handle_resp(dev);
    expect_used(head, VIRTIO_BLK_S_IOERR, 0);
    expect_none();
    assert_true(virtio_blk_is_quiet(dev));
}

/* ---- Reset ---- */

static void reset_with_requests_in_flight(void **state)
{
    (void)state;
    ask_one(VIRTIO_BLK_T_IN, 0, DATA, BLOCK);
    ask_one(VIRTIO_BLK_T_IN, 8, DATA + 2 * BLOCK + 512, BLOCK);
    kick();
    blk_req_t out[2];
    assert_true(server_take());
    out[0] = taken;
    unsigned count = 1;
    if (server_take()) {
        out[count++] = taken;
    }
    uint32_t held = dev->bounce_used_count;
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_not_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
    /* A driver that does not wait is not served meanwhile. */
    begin(ALL);
    uint16_t head = ask_one(VIRTIO_BLK_T_OUT, 16, DATA + 8 * BLOCK, BLOCK);
    kick();
    assert_false(server_take());
    assert_int_equal(dev->bounce_used_count, held);
    memset(fake_ram(DATA + 2 * BLOCK), 0x33, 4 * BLOCK);
    for (unsigned i = 0; i < count; i++) {
        answer(&out[i], server_do(&out[i]));
    }
    virtio_blk_handle_resp(dev);
    assert_int_equal(*fake_ram(DATA + 2 * BLOCK + 512), 0x33);
    expect_none();
    assert_int_equal(serve(), 1);
    expect_used(head, VIRTIO_BLK_S_OK, 1);
    assert_int_equal(dev->bounce_used_count, 0);
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
}

static void reset_in_the_middle_of_a_request(void **state)
{
    (void)state;
    start_direct_with(2);
    struct driver_part parts[8];
    for (unsigned i = 0; i < 8; i++) {
        parts[i] = (struct driver_part){DATA + 2 * i * BLOCK, BLOCK, true};
    }
    ask(q, VIRTIO_BLK_T_IN, 0, parts, 8);
    kick();
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0);
    assert_int_equal(serve(), 2);
    assert_int_equal(driver_load(base, REG_VIRTIO_MMIO_STATUS), 0);
}

static void unfit_data_regions(void **state)
{
    (void)state;
    fake_start(1);
    assert_false(device_init(&unfit, BOUNCED + 0x1000, region + 512, sizeof(region) - BLOCK));
    assert_false(device_init(&unfit, BOUNCED + 0x1000, region, 100));
    assert_false(device_init(&unfit, BOUNCED + 0x1000, fake_ram(FAKE_RAM), FAKE_RAM_SIZE - BLOCK));
    assert_false(
        device_init(&unfit, BOUNCED + 0x1000, fake_ram(FAKE_RAM) + BLOCK, FAKE_RAM_SIZE - BLOCK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shows_the_disk, start_direct),
        cmocka_unit_test_setup(id_is_the_serial_number, start_direct),
        cmocka_unit_test_setup(appears_and_goes, start_direct),
        cmocka_unit_test(disk_that_comes_later),
        cmocka_unit_test_setup(read_only_disk, start_direct),
        cmocka_unit_test_setup(reads_in_place, start_direct),
        cmocka_unit_test_setup(joins_what_lies_together, start_direct),
        cmocka_unit_test_setup(one_interrupt_a_batch, start_direct),
        cmocka_unit_test_setup(any_segments, start_bounced),
        cmocka_unit_test_setup(bounce_area_full, start_bounced),
        cmocka_unit_test_setup(no_bounce_area, start_direct),
        cmocka_unit_test_setup(server_queue_full, start_direct),
        cmocka_unit_test_setup(all_queues_are_served, start_direct),
        cmocka_unit_test_setup(flush_goes_to_the_server, start_direct),
        cmocka_unit_test_setup(write_through, start_direct),
        cmocka_unit_test_setup(write_cache_is_the_drivers_choice, start_direct),
        cmocka_unit_test_setup(ranges_are_cut, start_direct),
        cmocka_unit_test_setup(server_without_extension, start_bounced),
        cmocka_unit_test_setup(bad_ranges, start_direct),
        cmocka_unit_test_setup(bad_requests, start_direct),
        cmocka_unit_test_setup(requests_without_header_or_status, start_direct),
        cmocka_unit_test_setup(server_answers_wrongly, start_direct),
        cmocka_unit_test_setup(server_breaks_its_queues, start_direct),
        cmocka_unit_test_setup(one_part_fails, start_direct),
        cmocka_unit_test_setup(reset_with_requests_in_flight, start_bounced),
        cmocka_unit_test_setup(reset_in_the_middle_of_a_request, start_direct),
        cmocka_unit_test(unfit_data_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
