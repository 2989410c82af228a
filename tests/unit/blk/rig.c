/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rig of rig.h.
 */
#include "rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "cache.h"
#include "gpt.h"

#define ARRAY_BYTES (128u * 128)
#define ARRAY_LBAS  (ARRAY_BYTES / 512)

#define TABLE_BLOCKS 8 /* at each end of the disk */

struct rig_end rig_driver;
struct rig_end rig_clients[SDDF_BLK_MAX_CLIENTS];
uint8_t rig_disk[RIG_DISK_BLOCKS][BLK_TRANSFER_SIZE];

/* Shared memory: of the driver and 64 clients. */
struct shared {
    _Alignas(BLK_TRANSFER_SIZE) uint8_t info[BLK_STORAGE_INFO_REGION_SIZE];
    _Alignas(8) uint8_t req[16 + RIG_CAPACITY * sizeof(blk_req_t)];
    _Alignas(8) uint8_t resp[8 + RIG_CAPACITY * sizeof(blk_resp_t)];
};
static struct shared shared[1 + SDDF_BLK_MAX_CLIENTS];
static uint8_t data[8][RIG_DATA_BLOCKS][BLK_TRANSFER_SIZE]; /* clients share it from the ninth on */
static _Alignas(BLK_TRANSFER_SIZE) uint8_t virt_data[BLK_TRANSFER_SIZE];

/* There is nothing to maintain here. */
void cache_clean(uintptr_t vaddr, size_t size)
{
    (void)vaddr;
    (void)size;
}

void cache_clean_and_invalidate(uintptr_t vaddr, size_t size)
{
    (void)vaddr;
    (void)size;
}

static void connect(struct rig_end *end, blk_connection_resource_t *conn, struct shared *memory,
                    unsigned capacity, uint8_t channel)
{
    memset(memory, 0, sizeof(*memory));
    *conn = (blk_connection_resource_t){
        .storage_info = {memory->info, sizeof(memory->info)},
        .req_queue = {memory->req, sizeof(memory->req)},
        .resp_queue = {memory->resp, sizeof(memory->resp)},
        .num_buffers = (uint16_t)capacity,
        .id = channel,
    };
    *end = (struct rig_end){.info = (blk_storage_info_t *)memory->info};
    blk_queue_init(&end->queue, (blk_req_queue_t *)memory->req, (blk_resp_queue_t *)memory->resp,
                   capacity);
}

/* Each block has its number, but for the ends, where tables are. What else earlier tests have left
 * does not matter. */
static void disk_fill(void)
{
    static bool is_filled;
    for (unsigned i = 0; i < RIG_DISK_BLOCKS && !is_filled; i++) {
        memcpy(rig_disk[i], &i, sizeof(i));
    }
    is_filled = true;
    memset(rig_disk[0], 0, TABLE_BLOCKS * sizeof(rig_disk[0]));
    memset(rig_disk[RIG_DISK_BLOCKS - TABLE_BLOCKS], 0, TABLE_BLOCKS * sizeof(rig_disk[0]));
}

void rig_reset(unsigned clients, unsigned driver_capacity, unsigned capacity)
{
    fake_reset();
    disk_fill();
    memset(&blk_virt_config, 0, sizeof(blk_virt_config));
    memcpy(blk_virt_config.magic, SDDF_BLK_MAGIC, sizeof(blk_virt_config.magic));
    blk_virt_config.num_clients = clients;
    connect(&rig_driver, &blk_virt_config.driver.conn, &shared[0], driver_capacity, RIG_DRIVER_CH);
    blk_virt_config.driver.data = (device_region_resource_t){
        .region = {virt_data, sizeof(virt_data)}, .io_addr = RIG_VIRT_IO};
    for (unsigned i = 0; i < clients; i++) {
        blk_virt_config_client_t *client = &blk_virt_config.clients[i];
        connect(&rig_clients[i], &client->conn, &shared[1 + i], capacity,
                (uint8_t)RIG_CLIENT_CH(i % 60));
        rig_clients[i].data = data[i % 8][0];
        client->data =
            (device_region_resource_t){.region = {NULL, sizeof(data[0])}, .io_addr = RIG_IO(i)};
        client->partition = i;
    }
    strcpy(rig_driver.info->serial_number, "rig");
    rig_driver.info->capacity = RIG_DISK_BLOCKS;
    rig_driver.info->sector_size = 512;
    blk_storage_set_ready(rig_driver.info, true);
}

/* ---- Tables ---- */

static uint8_t *lba(uint64_t number)
{
    return (uint8_t *)rig_disk + number * 512;
}

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

void rig_mbr(unsigned index, uint8_t type, uint32_t first_lba, uint32_t lba_count)
{
    uint8_t *partition = lba(0) + 446 + 16 * index;
    put(lba(0) + 510, 0xaa55, 2);
    partition[4] = type;
    put(partition + 8, first_lba, 4);
    put(partition + 12, lba_count, 4);
}

static void header_put(uint8_t *header, uint64_t own, uint64_t other, uint64_t array)
{
    memset(header, 0, 512);
    memcpy(header, "EFI PART", 8);
    put(header + 8, 0x10000, 4);
    put(header + 12, 92, 4);
    put(header + 24, own, 8);
    put(header + 32, other, 8);
    put(header + 40, 2 + ARRAY_LBAS, 8);
    put(header + 48, RIG_LBAS - 2 - ARRAY_LBAS, 8);
    put(header + 72, array, 8);
    put(header + 80, ARRAY_BYTES / 128, 4);
    put(header + 84, 128, 4);
}

static void header_seal(uint8_t *header, const uint8_t *array)
{
    put(header + 88, gpt_crc(0, array, ARRAY_BYTES), 4);
    put(header + 16, 0, 4);
    put(header + 16, gpt_crc(0, header, 92), 4);
}

void rig_gpt_seal(void)
{
    header_seal(lba(1), lba(2));
    header_seal(lba(RIG_LBAS - 1), lba(RIG_LBAS - 1 - ARRAY_LBAS));
}

void rig_gpt(unsigned count)
{
    rig_mbr(0, 0xee, 1, RIG_LBAS - 1);
    memset(lba(2), 0, ARRAY_BYTES);
    for (unsigned i = 0; i < count; i++) {
        uint8_t *entry = lba(2) + 128 * i;
        put(entry, 0x83, 8);
        put(entry + 32, RIG_PART_START(i) * 8, 8);
        put(entry + 40, (RIG_PART_START(i) + RIG_PART_BLOCKS) * 8 - 1, 8);
    }
    memcpy(lba(RIG_LBAS - 1 - ARRAY_LBAS), lba(2), ARRAY_BYTES);
    header_put(lba(1), 1, RIG_LBAS - 1, 2);
    header_put(lba(RIG_LBAS - 1), RIG_LBAS - 1, 1, RIG_LBAS - 1 - ARRAY_LBAS);
    rig_gpt_seal();
}

/* ---- The ends ---- */

bool rig_ask(unsigned client, blk_req_code_t code, uint64_t data_block, uint64_t block,
             uint16_t count, uint32_t id)
{
    return blk_enqueue_req(&rig_clients[client].queue, code, data_block * BLK_TRANSFER_SIZE, block,
                           count, id) == 0;
}

bool rig_answered(unsigned client, blk_resp_t *response)
{
    return blk_dequeue_resp(&rig_clients[client].queue, &response->status, &response->success_count,
                            &response->id) == 0;
}

void rig_expect(unsigned client, uint32_t id, blk_resp_status_t status, uint16_t success_count)
{
    blk_resp_t response;
    assert_true(rig_answered(client, &response));
    assert_int_equal(response.id, id);
    assert_int_equal(response.status, status);
    assert_int_equal(response.success_count, success_count);
    assert_false(rig_answered(client, &response));
}

bool rig_was_notified(unsigned channel)
{
    bool was = fake_notified[channel] != 0;
    fake_notified[channel] = 0;
    return was;
}

bool rig_take(blk_req_t *request)
{
    uintptr_t io;
    bool has = blk_dequeue_req(&rig_driver.queue, &request->code, &io, &request->block_number,
                               &request->count, &request->id) == 0;
    request->io_or_offset = io;
    return has;
}

/* Where the driver finds an io address: it has to be of one data region, all of it. */
static uint8_t *io_va(uint64_t io, size_t size)
{
    if (io >= RIG_VIRT_IO && io < RIG_IO(0)) {
        assert_true(io - RIG_VIRT_IO + size <= sizeof(virt_data));
        return virt_data + (io - RIG_VIRT_IO);
    }
    uint64_t client = (io - RIG_IO(0)) >> 32;
    uint64_t offset = (uint32_t)io;
    assert_true(client < blk_virt_config.num_clients && offset + size <= sizeof(data[0]));
    return rig_clients[client].data + offset;
}

void rig_do(const blk_req_t *request)
{
    size_t size = (size_t)request->count * BLK_TRANSFER_SIZE;
    unsigned code = (unsigned)request->code;
    if (code == BLK_REQ_FLUSH) {
        return;
    }
    assert_true(request->count != 0 && request->block_number < RIG_DISK_BLOCKS &&
                request->count <= RIG_DISK_BLOCKS - request->block_number);
    if (blk_req_is_scattered(request->code)) {
        io_va(request->io_or_offset, (size_t)request->count * BLK_TABLE_WORD);
    } else if (code == BLK_REQ_READ) {
        memcpy(io_va(request->io_or_offset, size), rig_disk[request->block_number], size);
    } else if (code == BLK_REQ_WRITE) {
        memcpy(rig_disk[request->block_number], io_va(request->io_or_offset, size), size);
    } else {
        assert_true(code == BLK_REQ_DISCARD || code == BLK_REQ_WRITE_ZEROES);
        memset(rig_disk[request->block_number], 0, size);
    }
}

void rig_answer(const blk_req_t *request, blk_resp_status_t status, uint16_t success_count)
{
    assert_int_equal(blk_enqueue_resp(&rig_driver.queue, status, success_count, request->id), 0);
}

unsigned rig_serve(void)
{
    unsigned served = 0;
    blk_req_t request;
    while (rig_take(&request)) {
        rig_do(&request);
        rig_answer(&request, BLK_RESP_OK, request.count);
        notified(RIG_DRIVER_CH);
        served++;
    }
    return served;
}

void rig_start(unsigned clients, unsigned driver_capacity, unsigned capacity)
{
    rig_reset(clients, driver_capacity, capacity);
    rig_gpt(clients < 16 ? clients : 16);
    init();
    rig_serve();
    fake_reset();
}
