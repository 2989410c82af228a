/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block virtualiser between clients and a driver that write what they like into what they share
 * with it. What reaches an honest driver is inside the disk and inside one client's data, and
 * behind it a client that keeps the rules is served, whatever others do.
 *
 * Input: bit 0 of the first byte says whether the driver is hostile. Steps of 8 bytes; the first
 * says what is done, the others with which numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "blk/rig.h"

#define CLIENTS  3
#define HONEST   2 /* this one keeps the rules */
#define HELD_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static blk_req_t held[HELD_MAX];
static unsigned held_count;
static bool is_driver_hostile;

/* Numbers that are something near a limit. */
static uint64_t number(const uint8_t *bytes)
{
    static const uint64_t bases[] = {0,
                                     RIG_PART_BLOCKS,
                                     RIG_DATA_BLOCKS,
                                     (uint64_t)RIG_DATA_BLOCKS * BLK_TRANSFER_SIZE,
                                     1ul << 32,
                                     UINT64_MAX,
                                     UINT64_MAX / BLK_TRANSFER_SIZE,
                                     BLK_TRANSFER_SIZE};
    return bases[bytes[0] % 8] + (uint64_t)(int8_t)bytes[1];
}

static void client_ask(unsigned client, const uint8_t *bytes)
{
    blk_enqueue_req(&rig_clients[client].queue,
                    (blk_req_code_t)(bytes[1] < 240 ? bytes[1] % 5 : 0x100 + bytes[1] % 5),
                    number(bytes + 2), number(bytes + 4),
                    (uint16_t)(bytes[6] < 128 ? bytes[6] : bytes[6] * 255), bytes[7]);
}

static void client_spoil(unsigned client, const uint8_t *bytes)
{
    blk_queue_handle_t *queue = &rig_clients[client].queue;
    uint32_t *words[] = {&queue->req_queue->head, &queue->req_queue->tail, &queue->resp_queue->head,
                         &queue->resp_queue->tail};
    *words[bytes[1] % 4] += (uint32_t)(int8_t)bytes[2];
}

static void driver_spoil(const uint8_t *bytes)
{
    blk_queue_handle_t *queue = &rig_driver.queue;
    switch (bytes[1] % 8) {
    case 0:
        queue->req_queue->head += (uint32_t)(int8_t)bytes[2];
        break;
    case 1:
        queue->resp_queue->tail += (uint32_t)(int8_t)bytes[2];
        break;
    case 2:
        blk_enqueue_resp(queue, (blk_resp_status_t)bytes[2], bytes[3], bytes[4] | bytes[5] << 10);
        break;
    case 3:
        rig_driver.info->read_only = bytes[2] & 1;
        break;
    case 4:
        blk_storage_set_ready(rig_driver.info, (bytes[2] & 1) != 0);
        break;
    case 5:
        rig_driver.info->capacity = bytes[2] < 8 ? number(bytes + 2) : RIG_DISK_BLOCKS;
        break;
    default:
        memcpy(rig_driver.queue.resp_queue->buffers, bytes, 8);
        break;
    }
}

static void driver_take(void)
{
    while (held_count < HELD_MAX && rig_take(&held[held_count])) {
        held_count++;
    }
}

static void driver_answer(const uint8_t *bytes)
{
    if (held_count > 0) {
        unsigned which = bytes[1] % held_count;
        if (!is_driver_hostile) {
            rig_do(&held[which]); /* ends the run if that is out of bounds */
        }
        blk_enqueue_resp(&rig_driver.queue, bytes[2] < 200 ? BLK_RESP_OK : BLK_RESP_ERR_IO,
                         bytes[2] < 200 ? held[which].count : bytes[3], held[which].id);
        held[which] = held[--held_count];
    }
    notified(RIG_DRIVER_CH);
}

static void step(const uint8_t *bytes)
{
    unsigned client = bytes[0] / 8 % 2;
    blk_resp_t response;
    switch (bytes[0] % 8) {
    case 0:
    case 1:
        client_ask(client, bytes);
        break;
    case 2:
        notified(RIG_CLIENT_CH(client));
        break;
    case 3:
        driver_take();
        break;
    case 4:
        driver_answer(bytes);
        break;
    case 5:
        client_spoil(client, bytes);
        break;
    case 6:
        if (is_driver_hostile) {
            driver_spoil(bytes);
        }
        break;
    default:
        rig_answered(client, &response);
        break;
    }
}

/* Nobody but clients was hostile: the one that keeps the rules gets its answer. */
static void expect_service(void)
{
    blk_resp_t response;
    while (held_count > 0) {
        driver_answer((const uint8_t[4]){0});
    }
    if (!rig_ask(HONEST, BLK_REQ_READ, 0, 0, 1, 77)) {
        abort();
    }
    notified(RIG_CLIENT_CH(HONEST));
    rig_serve();
    if (!rig_answered(HONEST, &response) || response.id != 77 || response.status != BLK_RESP_OK ||
        rig_answered(HONEST, &response)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    rig_reset(CLIENTS, 16, 8);
    for (unsigned i = 0; i < CLIENTS; i++) {
        rig_mbr(i, 0x83, (uint32_t)RIG_PART_START(i) * 8, RIG_PART_BLOCKS * 8);
    }
    init();
    rig_serve();
    held_count = 0;
    is_driver_hostile = size > 0 && (bytes[0] & 1) != 0;
    for (; size >= 8; bytes += 8, size -= 8) {
        step(bytes);
    }
    if (!is_driver_hostile) {
        expect_service();
    }
    return 0;
}
