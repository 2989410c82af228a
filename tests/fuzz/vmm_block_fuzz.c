/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the virtio block device: a hostile guest, and a server that is honest or hostile. What an
 * honest server is asked for is on the disk and in the data region; when it has answered everything
 * nothing is held, and a reset is done at once.
 *
 * Input: the first byte chooses the device (bit 0: the data region is guest RAM) and the server
 * (bit 1: hostile), then steps of virtio_guest.h and of this file.
 */
#include <string.h>

#include <libvmm/virtio/block.h>

#include "virtio_guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE     0xb000000ul
#define CAPACITY 16
#define BLOCKS   100 /* of the disk */
#define PAGES    12  /* of the data region that is not guest RAM */
#define STEPS    64  /* operations of step.operation */

static struct virtio_blk_device devices[2];
static struct virtio_blk_device *dev;
static uint32_t pages[2][0x200 / 4]; /* of registers */
static _Alignas(BLK_TRANSFER_SIZE) uint8_t region[PAGES * BLK_TRANSFER_SIZE];
static _Alignas(8) uint8_t info_region[BLK_STORAGE_INFO_REGION_SIZE];
static blk_storage_info_t *const info = (blk_storage_info_t *)info_region;
static _Alignas(8) uint8_t req_region[4096], resp_region[4096];
static blk_queue_handle_t server;
static blk_req_t held[VIRTIO_BLK_PART_COUNT];
static unsigned held_count;
static bool is_hostile;

static uint64_t base(void)
{
    return dev == &devices[0] ? BASE : BASE + 0x1000;
}

static uint8_t *data_region(void)
{
    return dev == &devices[0] ? region : fake_ram(FAKE_RAM);
}

static void info_set(void)
{
    memset(info_region, 0, sizeof info_region);
    info->capacity = BLOCKS;
    blk_storage_set_ready(info, true);
}

/* ---- The server ---- */

/* The same for one whose pages a table names. */
static void table_do(const blk_req_t *request, uint64_t data_size)
{
    uint64_t size = (uint64_t)request->count * BLK_TABLE_WORD;
    guest_require(request->io_or_offset % BLK_TABLE_WORD == 0 && size <= data_size &&
                  request->io_or_offset <= data_size - size &&
                  request->io_or_offset >= FAKE_RAM_SIZE);
    const uint32_t *table = (const uint32_t *)(data_region() + request->io_or_offset);
    for (unsigned i = 0; i < request->count; i++) {
        guest_require(table[i] < FAKE_RAM_SIZE / BLK_TRANSFER_SIZE);
        if (request->code == BLK_REQ_READ_SCATTERED) {
            memset(data_region() + (uint64_t)table[i] * BLK_TRANSFER_SIZE, request->count,
                   BLK_TRANSFER_SIZE);
        }
    }
}

/* Checks a request as a virtualiser does, and does something of what it says. */
static void request_do(const blk_req_t *request)
{
    uint64_t size = (uint64_t)request->count * BLK_TRANSFER_SIZE;
    uint64_t data_size = dev == &devices[0] ? sizeof region : FAKE_RAM_SIZE + FAKE_BEHIND;
    unsigned code = (unsigned)request->code;
    if (code == BLK_REQ_FLUSH) {
        return;
    }
    guest_require(request->count != 0 && request->block_number < BLOCKS &&
                  request->count <= BLOCKS - request->block_number);
    if (blk_req_is_scattered(request->code)) {
        table_do(request, data_size);
        return;
    }
    if (code != BLK_REQ_READ && code != BLK_REQ_WRITE) {
        guest_require(code == BLK_REQ_DISCARD || code == BLK_REQ_WRITE_ZEROES);
        return;
    }
    guest_require(request->io_or_offset % BLK_TRANSFER_SIZE == 0 && size <= data_size &&
                  request->io_or_offset <= data_size - size);
    if (code == BLK_REQ_READ) {
        memset(data_region() + request->io_or_offset, request->count, size);
    }
}

static void server_take(void)
{
    uintptr_t offset;
    blk_req_t *at = &held[held_count];
    while (held_count < VIRTIO_BLK_PART_COUNT &&
           blk_dequeue_req(&server, &at->code, &offset, &at->block_number, &at->count, &at->id) ==
               0) {
        at->io_or_offset = offset;
        at = &held[++held_count];
    }
}

static void server_answer(unsigned which, bool is_good)
{
    if (held_count != 0) {
        blk_req_t *request = &held[which % held_count];
        if (!is_hostile) {
            request_do(request);
        }
        blk_enqueue_resp(&server, is_good ? BLK_RESP_OK : BLK_RESP_ERR_IO,
                         is_good ? request->count : 0, request->id);
        *request = held[--held_count];
    }
    virtio_blk_handle_resp(dev);
}

static void server_spoil(const struct guest_step *step)
{
    uint32_t *words[] = {&server.req_queue->head, &server.resp_queue->tail, &server.req_queue->tail,
                         &server.resp_queue->head};
    switch (step->small % 8) {
    case 0:
        *words[step->offset % 4] += step->value;
        break;
    case 1:
        memcpy(resp_region + step->offset % 1000 * 4, &step->value, 4);
        break;
    case 2:
        blk_enqueue_resp(&server, (blk_resp_status_t)(step->value & 7), (uint16_t)step->offset,
                         step->value >> 3 & 0x3ff);
        break;
    case 3:
        memcpy(info_region + step->offset % sizeof *info / 4 * 4, &step->value, 4);
        break;
    default:
        virtio_blk_handle_resp(dev);
        break;
    }
}

static void server_step(const struct guest_step *step)
{
    switch (step->operation % 8) {
    case 0:
    case 1:
        server_take();
        break;
    case 2:
    case 3:
        server_answer(step->small, (step->value & 7) != 0);
        break;
    case 4:
        if (is_hostile) {
            server_spoil(step);
        }
        break;
    case 5:
        blk_extension_write(info, (blk_extension_t){.features = step->value & 7,
                                                    .max_discard = step->offset,
                                                    .max_write_zeroes = (uint16_t)step->small});
        break;
    case 6:
        blk_storage_set_ready(info, (step->value & 3) != 0);
        break;
    default:
        info->read_only = (step->value & 1) != 0;
        break;
    }
}

/* ---- The guest's requests, near to the rules ---- */

static void request_step(const struct guest_step *step)
{
    static const uint32_t types[] = {
        VIRTIO_BLK_T_IN,    VIRTIO_BLK_T_OUT,    VIRTIO_BLK_T_IN,      VIRTIO_BLK_T_OUT,
        VIRTIO_BLK_T_FLUSH, VIRTIO_BLK_T_GET_ID, VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_WRITE_ZEROES};
    uint32_t type = types[step->small & 7];
    unsigned queue = step->small >> 3 & 3;
    uint16_t head = step->small >> 5 & 3;
    uint64_t sector = (step->value & 0x7f) * 8;
    uint64_t header = GUEST_WINDOW + 0x8000;
    uint64_t data = GUEST_WINDOW + 0xa000 + (step->offset & 0x3fu) * 128;
    uint32_t size = type == VIRTIO_BLK_T_DISCARD || type == VIRTIO_BLK_T_WRITE_ZEROES
                        ? 16 * (step->offset >> 12)
                        : (step->offset >> 6 & 15u) * 2048;
    uint16_t flags = type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID ? DRIVER_WRITE : 0;
    uint16_t next = (uint16_t)(head * 4u);
    struct virtq_desc chain[4] = {{header, 16, DRIVER_NEXT, (uint16_t)(next + 1)},
                                  {data, size / 2, DRIVER_NEXT | flags, (uint16_t)(next + 2)},
                                  {data + size / 2 + (step->value >> 7 & 1) * 512, size - size / 2,
                                   DRIVER_NEXT | flags, (uint16_t)(next + 3)},
                                  {GUEST_WINDOW + 0x9000 + step->small, 1, DRIVER_WRITE, 0}};
    memcpy(guest_window(0x8000), &type, 4);
    memcpy(guest_window(0x8008), &sector, 8);
    memcpy(guest_window(queue * GUEST_QUEUE_BYTES + next * 16u), chain, sizeof chain);
    guest_step(&(struct guest_step){.operation = 6, .small = (uint8_t)queue, .offset = next});
}

/* ---- The run ---- */

static void power_on(void)
{
    fake_start(1);
    fake_behind();
    info_set();
    memset(req_region, 0, sizeof req_region);
    memset(resp_region, 0, sizeof resp_region);
    held_count = 0;
    if (server.capacity == 0) {
        blk_queue_init(&server, (blk_req_queue_t *)req_region, (blk_resp_queue_t *)resp_region,
                       CAPACITY);
        guest_require(virtio_mmio_blk_init(&devices[0], BASE, 0x200, ARM_GIC_IRQ_ROUTE(0, 100),
                                           (uintptr_t)region, sizeof region, info, &server,
                                           CAPACITY, 1));
        guest_require(virtio_mmio_blk_init(&devices[1], BASE + 0x1000, 0x200,
                                           ARM_GIC_IRQ_ROUTE(0, 101), (uintptr_t)fake_ram(FAKE_RAM),
                                           FAKE_RAM_SIZE + FAKE_BEHIND, info, &server, CAPACITY,
                                           1));
        for (unsigned i = 0; i < 2; i++) {
            guest_require(virtio_mmio_set_registers_page(&devices[i].virtio_device, pages[i],
                                                         sizeof pages[i]));
        }
    }
    virtio_blk_handle_resp(dev);
    guest_power_on(base(), UINT64_MAX, VIRTIO_BLK_QUEUE_COUNT);
    fake_behind(); /* after the guest's start */
}

/* Everything that is at the server is answered, whatever became of it: the device answers for what
 * it has sent. */
static void drain(void)
{
    blk_queue_init(&server, server.req_queue, server.resp_queue, CAPACITY);
    memset(req_region, 0, sizeof req_region);
    memset(resp_region, 0, sizeof resp_region);
    for (unsigned i = 0; i < VIRTIO_BLK_PART_COUNT; i++) {
        if (dev->parts[i].is_out) {
            guest_require(blk_enqueue_resp(&server, BLK_RESP_ERR_IO, 0, dev->parts[i].id) == 0);
            virtio_blk_handle_resp(dev);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct guest_step step;
    if (size == 0) {
        return 0;
    }
    dev = &devices[data[0] & 1];
    is_hostile = (data[0] & 2) != 0;
    power_on();
    for (data++, size--; size >= sizeof step; size -= sizeof step, data += sizeof step) {
        memcpy(&step, data, sizeof step);
        step.operation %= STEPS;
        if (step.operation < GUEST_OPERATIONS) {
            guest_step(&step);
        } else if (step.operation < STEPS / 2) {
            request_step(&step);
        } else {
            server_step(&step);
        }
        guest_require(dev->part_count <= CAPACITY &&
                      driver_page_difference(base(), pages[dev - devices], sizeof pages[0]) ==
                          sizeof pages[0]);
    }
    while (!is_hostile && held_count + blk_queue_length_req(&server) != 0) {
        server_take();
        server_answer(0, true);
    }
    guest_require(is_hostile || dev->part_count == 0);
    driver_store(base(), REG_VIRTIO_MMIO_STATUS, 0);
    drain();
    guest_require(dev->part_count == 0 && dev->stale_count == 0 && dev->bounce_used_count == 0 &&
                  dev->kept_used == 0 && dev->tables_free == (1ull << dev->table_count) - 1);
    guest_require(driver_load(base(), REG_VIRTIO_MMIO_STATUS) == 0);
    return 0;
}
