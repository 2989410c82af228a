/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rig of virtio_block.h.
 */
#include "virtio/block_device.h" /* before names that its own would shadow */

#include "virtio_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct virtio_blk_device direct, bounced, unfit, late, scattered;
struct virtio_blk_device *dev;
uint64_t base; /* of its registers, GPA */
struct driver_queue queues[VIRTIO_BLK_QUEUE_COUNT];
struct driver_queue *const q = &queues[0];
static _Alignas(BLOCK) uint8_t info_region[BLK_STORAGE_INFO_REGION_SIZE];
blk_storage_info_t *const info = (blk_storage_info_t *)info_region;
static _Alignas(8) uint8_t req_region[4096 * 4], resp_region[4096];
blk_queue_handle_t server;
uint8_t disk[BLOCKS][BLOCK];
static _Alignas(BLOCK) uint8_t region[BOUNCE * BLOCK];
uint8_t *data_region;
uint64_t data_size;
static unsigned next_request;

/* ---- The server ---- */

blk_req_t taken; /* the last request */

bool server_take(void)
{
    uintptr_t offset;
    if (blk_dequeue_req(&server, &taken.code, &offset, &taken.block_number, &taken.count,
                        &taken.id) != 0) {
        return false;
    }
    taken.io_or_offset = offset;
    return true;
}

static uint32_t info_extension_features(void)
{
    return blk_extension_read(info).features;
}

static blk_resp_status_t server_do_scattered(const blk_req_t *request)
{
    const uint32_t *table = (const uint32_t *)(data_region + request->io_or_offset);
    assert_true((info_extension_features() & BLK_EXTENSION_SCATTERED) != 0);
    assert_true(request->count > 0 && request->block_number + request->count <= BLOCKS);
    assert_true(request->io_or_offset % BLK_TABLE_WORD == 0);
    assert_true(request->io_or_offset + request->count * BLK_TABLE_WORD <= data_size);
    for (unsigned i = 0; i < request->count; i++) {
        assert_true((table[i] + 1ul) * BLOCK <= data_size);
        uint8_t *page = data_region + (uint64_t)table[i] * BLOCK;
        if (request->code == BLK_REQ_READ_SCATTERED) {
            memcpy(page, disk[request->block_number + i], BLOCK);
        } else {
            memcpy(disk[request->block_number + i], page, BLOCK);
        }
    }
    return BLK_RESP_OK;
}

/* Does what the last request says. */
blk_resp_status_t server_do(const blk_req_t *request)
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
    case BLK_REQ_READ_SCATTERED:
    case BLK_REQ_WRITE_SCATTERED:
        return server_do_scattered(request);
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

void answer(const blk_req_t *request, blk_resp_status_t status)
{
    assert_int_equal(
        blk_enqueue_resp(&server, status, status == BLK_RESP_OK ? request->count : 0, request->id),
        0);
}

/* Serves all there is; returns how many requests that were. */
unsigned serve(void)
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

uint8_t status_of(uint16_t head)
{
    return *fake_ram(status_gpa(head));
}

/* Makes a request of these data parts available in `queue`. */
uint16_t ask(struct driver_queue *queue, uint32_t type, uint64_t sector,
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

uint16_t ask_one(uint32_t type, uint64_t sector, uint64_t gpa, uint32_t size)
{
    bool is_write = type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID;
    return ask(q, type, sector, &(struct driver_part){gpa, size, is_write}, size != 0);
}

void kick(void)
{
    driver_kick(base, q);
}

/* The next used buffer has to be `head`, with this result. */
void expect_used(uint16_t head, uint8_t result, uint32_t written)
{
    uint32_t id, size;
    assert_true(driver_take(q, &id, &size));
    assert_int_equal(id, head);
    assert_int_equal(status_of(head), result);
    assert_int_equal(size, written);
}

void expect_none(void)
{
    uint32_t id, size;
    assert_false(driver_take(q, &id, &size));
}

void begin(uint64_t features)
{
    driver_store(base, REG_VIRTIO_MMIO_STATUS, 0); /* what is offered may change with it */
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

bool device_init(struct virtio_blk_device *device, uint64_t at, uint8_t *data, uint64_t size)
{
    blk_queue_init(&server, (blk_req_queue_t *)req_region, (blk_resp_queue_t *)resp_region,
                   CAPACITY);
    return virtio_mmio_blk_init(device, at, 0x200,
                                ARM_GIC_IRQ_ROUTE(0, SPI + (at - DIRECT) / 0x1000), (uintptr_t)data,
                                size, info, &server, CAPACITY, CHANNEL);
}

void queues_clear(void)
{
    memset(req_region, 0, sizeof(req_region));
    memset(resp_region, 0, sizeof(resp_region));
}

void info_set(void)
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
    if (size > FAKE_RAM_SIZE) {
        fake_behind();
    }
    if (dev->data_region == 0) {
        assert_true(device_init(dev, base, data, size));
    }
    queues_clear();
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

void start_direct_with(uint32_t capacity)
{
    start_with(&direct, DIRECT, fake_ram(FAKE_RAM), FAKE_RAM_SIZE, capacity);
}

int start_direct(void **state)
{
    (void)state;
    start_direct_with(CAPACITY);
    return 0;
}

int start_scattered(void **state)
{
    (void)state;
    start_with(&scattered, SCATTER, fake_ram(FAKE_RAM), FAKE_RAM_SIZE + FAKE_BEHIND, CAPACITY);
    blk_extension_write(info, (blk_extension_t){.features = BLK_EXTENSION_SCATTERED});
    info->capacity--; /* for the device to look anew */
    virtio_blk_handle_resp(dev);
    info->capacity++;
    virtio_blk_handle_resp(dev);
    return 0;
}

int start_bounced(void **state)
{
    (void)state;
    start_with(&bounced, BOUNCED, region, sizeof(region), CAPACITY);
    return 0;
}
