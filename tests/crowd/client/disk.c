/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The disk: what was asked, and whether each request is answered once and as expected.
 */
#include <sddf/blk/config.h>
#include <sddf/blk/storage_info.h>

#include "client.h"
#include "console.h"

__attribute__((section(".blk_client_config"), used)) blk_client_config_t blk_client_config;

static blk_queue_handle_t queue;
static const struct disk_user *user;
static bool is_there;
static uint32_t under_way, hold_count;
static uint64_t answer_count;
static uint64_t own_name; /* crowd_owner() of this program */

static struct slot {
    bool is_asked;
    uint32_t id; /* of the request that is under way: another one each time */
    uint16_t count;
    blk_resp_status_t expected;
    uint64_t answer_number;
} slots[ASK_MAX];

/* ---- Waiting for it ---- */

static void await_end(void)
{
    if (!blk_storage_is_ready(blk_client_config.virt.storage_info.vaddr)) {
        client_fail("a flush was answered, and there is no disk", 0);
    }
    is_there = true;
    disk_use(NULL);
    console_put("crowd: ready, ");
    console_put_number(disk_blocks());
    console_put(" blocks");
    console_end();
}

static const struct disk_user await = {.idle = await_end};

void disk_open(void)
{
    const blk_connection_resource_t *virt = &blk_client_config.virt;
    if (!blk_config_check_magic(&blk_client_config)) {
        microkit_internal_crash(1);
    }
    own_name = crowd_owner(microkit_name);
    blk_queue_init(&queue, virt->req_queue.vaddr, virt->resp_queue.vaddr, virt->num_buffers);
    for (uint32_t i = 0; i < ASK_MAX; i++) {
        slots[i].id = i;
    }
    disk_use(&await);
    disk_ask(0, BLK_REQ_FLUSH, 0, 0, 0);
    disk_send();
}

bool disk_is_free(void)
{
    return is_there && user == NULL;
}

void disk_use(const struct disk_user *next)
{
    user = next;
}

uint64_t disk_blocks(void)
{
    const blk_storage_info_t *info = blk_client_config.virt.storage_info.vaddr;
    return info->capacity;
}

uint32_t disk_data_blocks(void)
{
    return (uint32_t)(blk_client_config.data.size / BLK_TRANSFER_SIZE);
}

uint32_t disk_ring_size(void)
{
    return queue.capacity;
}

struct crowd_record *disk_data(uint32_t data_block)
{
    return (struct crowd_record *)blk_client_config.data.vaddr + data_block;
}

/* ---- Asking ---- */

static bool ask(uint32_t slot, uint32_t code, uint64_t offset, uint64_t block, uint16_t count,
                blk_resp_status_t expected)
{
    struct slot *this = &slots[slot];
    uint32_t id = this->id + ASK_MAX;
    if (this->is_asked) {
        client_fail("this test asks twice under one slot", slot);
    }
    if (blk_enqueue_req(&queue, (blk_req_code_t)code, (uintptr_t)offset, block, count, id) != 0) {
        return false;
    }
    *this = (struct slot){.is_asked = true, .id = id, .count = count, .expected = expected};
    under_way++;
    return true;
}

bool disk_ask(uint32_t slot, uint32_t code, uint64_t offset, uint64_t block, uint16_t count)
{
    return ask(slot, code, offset, block, count, BLK_RESP_OK);
}

bool disk_ask_wrong(uint32_t slot, uint32_t code, uint64_t offset, uint64_t block, uint16_t count)
{
    return ask(slot, code, offset, block, count, BLK_RESP_ERR_INVALID_PARAM);
}

void disk_send(void)
{
    microkit_notify(blk_client_config.virt.id);
}

/* ---- Answers ---- */

void disk_hold_answers(uint32_t count)
{
    hold_count = count;
}

uint32_t disk_under_way(void)
{
    return under_way;
}

uint32_t disk_untaken(void)
{
    return blk_queue_length_resp(&queue);
}

uint64_t disk_answer_number(uint32_t slot)
{
    return slots[slot].answer_number;
}

static void answer_take(uint32_t id, blk_resp_status_t status, uint16_t success_count)
{
    struct slot *slot = &slots[id % ASK_MAX];
    if (!slot->is_asked || slot->id != id) {
        client_fail("an answer that was not asked for, or a second one, under the id", id);
    }
    slot->is_asked = false;
    slot->answer_number = ++answer_count;
    under_way--;
    if (status != slot->expected || success_count != (status == BLK_RESP_OK ? slot->count : 0)) {
        client_fail("the answer is not the one that is right, in slot", id % ASK_MAX);
    }
    if (user != NULL && user->answered != NULL) {
        user->answered(id % ASK_MAX);
    }
}

void disk_notified(microkit_channel channel)
{
    blk_resp_status_t status;
    uint16_t success_count;
    uint32_t id;
    if (channel != blk_client_config.virt.id || disk_untaken() < hold_count) {
        return;
    }
    hold_count = 0;
    bool were_under_way = under_way != 0;
    while (hold_count == 0 && blk_dequeue_resp(&queue, &status, &success_count, &id) == 0) {
        answer_take(id, status, success_count);
    }
    if (were_under_way && under_way == 0 && user != NULL) {
        user->idle();
    }
}

/* ---- Records ---- */

static uint64_t filler(uint64_t block, uint64_t round, uint32_t index)
{
    return (own_name ^ round * 0x9e3779b97f4a7c15u) + block * 0x243f6a8885a308d3u + index;
}

void record_make(uint32_t data_block, uint64_t block, uint64_t round)
{
    struct crowd_record *record = disk_data(data_block);
    record->owner = own_name;
    record->block = block;
    record->round = round;
    for (uint32_t i = 0; i < sizeof(record->filler) / 8; i++) {
        record->filler[i] = filler(block, round, i);
    }
    record->sum = crowd_sum(record);
}

bool record_is(uint32_t data_block, uint64_t block, uint64_t round)
{
    const struct crowd_record *record = disk_data(data_block);
    return record->owner == own_name && record->block == block && record->round == round &&
           record->sum == crowd_sum(record);
}
