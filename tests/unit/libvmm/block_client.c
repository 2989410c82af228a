/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "block_client.h"
#include "block_rig.h"

#define SLOTS   RIG_CAPACITY
#define NOTHING 0u /* what a block holds that was never written */

/* What the client knows of a block. */
static struct {
    uint64_t written; /* the last that was answered */
    bool is_busy;     /* a request on it is under way */
    unsigned zeroes_asked, zeroes_answered;
} blocks[CLIENT_BLOCKS];

static struct {
    bool is_busy;
    uint32_t code;
    unsigned block, count;
    uint64_t value[CLIENT_BLOCKS];   /* of a write: what the blocks will hold */
    uint64_t written[CLIENT_BLOCKS]; /* of a flush: what they held as it was asked, */
    unsigned zeroes[CLIENT_BLOCKS];  /* and how often zeroing them had been answered */
} slots[SLOTS];

static uint64_t random_state;
static uint64_t last_value;

void client_start(uint64_t seed)
{
    memset(blocks, 0, sizeof blocks);
    memset(slots, 0, sizeof slots);
    random_state = seed * 0x9e3779b97f4a7c15u + 1;
    last_value = NOTHING;
}

unsigned client_pick(unsigned count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 20) % count;
}

static void block_fill(uint8_t *block, uint64_t value)
{
    for (size_t i = 0; i < BLK_TRANSFER_SIZE; i += sizeof value) {
        memcpy(block + i, &value, sizeof value);
    }
}

/* The value that fills a block; fails if it is no single one. */
static uint64_t block_value(const uint8_t *block)
{
    uint64_t value;
    memcpy(&value, block, sizeof value);
    for (size_t i = 0; i < BLK_TRANSFER_SIZE; i += sizeof value) {
        assert_memory_equal(block + i, &value, sizeof value);
    }
    return value;
}

static bool are_free(unsigned block, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (blocks[block + i].is_busy) {
            return false;
        }
    }
    return true;
}

void client_ask(void)
{
    static const uint32_t codes[] = {BLK_REQ_WRITE, BLK_REQ_WRITE,        BLK_REQ_READ,
                                     BLK_REQ_FLUSH, BLK_REQ_WRITE_ZEROES, BLK_REQ_BARRIER};
    unsigned id = client_pick(SLOTS);
    unsigned block = client_pick(CLIENT_BLOCKS), count = 1 + client_pick(3);
    uint32_t code = codes[client_pick(6)];
    if (slots[id].is_busy || block + count > CLIENT_BLOCKS) {
        return;
    }
    bool has_blocks = code != BLK_REQ_FLUSH && code != BLK_REQ_BARRIER;
    if (has_blocks && !are_free(block, count)) {
        return;
    }
    slots[id].is_busy = true;
    slots[id].code = code;
    slots[id].block = block;
    slots[id].count = has_blocks ? count : 0;
    for (unsigned i = 0; i < slots[id].count; i++) {
        blocks[block + i].is_busy = true;
        blocks[block + i].zeroes_asked += code == BLK_REQ_WRITE_ZEROES;
        slots[id].value[i] = code == BLK_REQ_WRITE ? ++last_value : NOTHING;
        block_fill(rig_data(block + i), code == BLK_REQ_READ ? UINT64_MAX : slots[id].value[i]);
    }
    for (unsigned i = 0; i < CLIENT_BLOCKS; i++) {
        slots[id].written[i] = blocks[i].written;
        slots[id].zeroes[i] = blocks[i].zeroes_answered;
    }
    rig_ask(code, block, block, (uint16_t)slots[id].count, id);
}

/* The medium holds what the flush has promised or something later. Values grow, but for zeroes. */
static void check_medium(unsigned id, uint8_t (*medium)[4096])
{
    for (unsigned i = 0; i < CLIENT_BLOCKS; i++) {
        uint64_t value = block_value(medium[i]);
        bool is_zeroed = value == NOTHING && blocks[i].zeroes_asked != slots[id].zeroes[i];
        assert_true(value >= slots[id].written[i] || is_zeroed);
    }
}

static void check_answer(const blk_resp_t *response, uint8_t (*medium)[4096])
{
    unsigned id = response->id;
    assert_true(id < SLOTS && slots[id].is_busy);
    assert_int_equal(response->status, BLK_RESP_OK);
    assert_int_equal(response->success_count, slots[id].count);
    slots[id].is_busy = false;
    if (slots[id].code == BLK_REQ_FLUSH && medium != NULL) {
        check_medium(id, medium);
    }
    for (unsigned i = 0; i < slots[id].count; i++) {
        unsigned block = slots[id].block + i;
        blocks[block].is_busy = false;
        if (slots[id].code == BLK_REQ_READ) {
            assert_int_equal(block_value(rig_data(block)), blocks[block].written);
        } else {
            blocks[block].written = slots[id].value[i];
            blocks[block].zeroes_answered += slots[id].code == BLK_REQ_WRITE_ZEROES;
        }
    }
}

void client_take(uint8_t (*medium)[4096])
{
    blk_resp_t response;
    while (rig_answered(&response)) {
        check_answer(&response, medium);
    }
}

bool client_is_idle(void)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slots[i].is_busy) {
            return false;
        }
    }
    return true;
}

void client_check(uint8_t (*disk)[4096])
{
    for (unsigned i = 0; i < CLIENT_BLOCKS; i++) {
        assert_int_equal(block_value(disk[i]), blocks[i].written);
    }
}
