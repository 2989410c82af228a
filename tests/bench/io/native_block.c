/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests to the disk, so many at a time. What they carry is of no interest: where all of them
 * together need more memory than there is, they share it.
 */
#include <sddf/blk/config.h>
#include <sddf/blk/queue.h>
#include <sddf/blk/storage_info.h>

#include "native.h"

__attribute__((section(".blk_client_config"), used)) blk_client_config_t blk_client_config;

#define AWAIT UINT32_MAX /* the id of the flush that is answered when there is a disk */

static blk_queue_handle_t queue;
static bool is_ready;
static struct {
    bool is_write, is_random;
    uint32_t blocks; /* of a request */
    uint32_t count, begun, done;
    uint64_t places;
    uint32_t seed;
} load;

/* xorshift32 (Marsaglia 2003), as the guests' `io` has it: the same places. */
static uint32_t random_next(void)
{
    load.seed ^= load.seed << 13;
    load.seed ^= load.seed >> 17;
    load.seed ^= load.seed << 5;
    return load.seed;
}

static void request(uint32_t slot)
{
    uint64_t size = (uint64_t)load.blocks * BLK_TRANSFER_SIZE;
    uint64_t place = load.is_random ? random_next() : load.begun;
    blk_enqueue_req(&queue, load.is_write ? BLK_REQ_WRITE : BLK_REQ_READ,
                    slot * size % (blk_client_config.data.size / size * size),
                    place % load.places * load.blocks, (uint16_t)load.blocks, slot);
    load.begun++;
}

bool block_begin(const struct words *words)
{
    const blk_storage_info_t *info = blk_client_config.virt.storage_info.vaddr;
    uint32_t depth = word_number(words, 6);
    load.is_write = word_is(words, 3, "write");
    load.is_random = word_is(words, 4, "random");
    load.blocks = word_number(words, 5) / BLK_TRANSFER_SIZE;
    load.count = word_number(words, 7);
    load.begun = load.done = 0;
    load.seed = 1;
    if (!is_ready || depth == 0 || load.blocks == 0 || load.blocks > info->capacity ||
        load.blocks > UINT16_MAX || load.count == 0 || depth > queue.capacity ||
        (uint64_t)load.blocks * BLK_TRANSFER_SIZE > blk_client_config.data.size) {
        return false;
    }
    load.places = info->capacity / load.blocks;
    while (load.begun < depth && load.begun < load.count) {
        request(load.begun);
    }
    microkit_notify(blk_client_config.virt.id);
    return true;
}

static void answers_take(void)
{
    blk_resp_status_t status;
    uint16_t success_count;
    uint32_t slot;
    bool asked = false;
    while (blk_dequeue_resp(&queue, &status, &success_count, &slot) == 0) {
        if (slot == AWAIT) {
            is_ready = status == BLK_RESP_OK;
            continue;
        }
        if (load.done == load.count) {
            continue; /* a load that failed */
        }
        if (status != BLK_RESP_OK || success_count != load.blocks) {
            load.begun = load.done = load.count;
            load_end(false, 0, NULL);
        } else if (++load.done == load.count) {
            load_end(true, load.count, "requests");
        } else if (load.begun < load.count) {
            request(slot);
            asked = true;
        }
    }
    if (asked) {
        microkit_notify(blk_client_config.virt.id);
    }
}

void block_open(void)
{
    const blk_connection_resource_t *virt = &blk_client_config.virt;
    if (!blk_config_check_magic(&blk_client_config)) {
        microkit_internal_crash(2);
    }
    blk_queue_init(&queue, virt->req_queue.vaddr, virt->resp_queue.vaddr, virt->num_buffers);
    blk_enqueue_req(&queue, BLK_REQ_FLUSH, 0, 0, 0, AWAIT);
    microkit_notify(virt->id);
}

bool block_is_ready(void)
{
    return is_ready;
}

bool block_notified(microkit_channel channel)
{
    if (channel != blk_client_config.virt.id) {
        return false;
    }
    answers_take();
    return true;
}
