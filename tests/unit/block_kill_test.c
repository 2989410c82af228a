/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client that writes, reads and flushes at random while the agent is killed at random, any number
 * of its operations done, half told or lost. Whatever happens: each request is answered exactly
 * once, what was answered as written is read back, nothing comes back after it was written over,
 * and what a flush has answered for is on the medium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "libvmm/block_rig.h"

#define BLOCKS  48u /* that the client uses; block n of the disk is block n of its data */
#define KILLS   100u
#define SLOTS   RIG_CAPACITY
#define NOTHING 0u /* what a block holds that was never written */

/* What the client knows of a block. */
static struct {
    uint64_t written; /* the last that was answered */
    bool is_busy;     /* a request on it is under way */
    unsigned zeroes_asked, zeroes_answered;
} blocks[BLOCKS];

static struct {
    bool is_busy;
    uint32_t code;
    unsigned block, count;
    uint64_t value[BLOCKS];   /* of a write: what the blocks will hold */
    uint64_t written[BLOCKS]; /* of a flush: what they held as it was asked, */
    unsigned zeroes[BLOCKS];  /* and how often zeroing them had been answered */
} slots[SLOTS];

static uint64_t random_state;
static uint64_t last_value;

static unsigned pick(unsigned count)
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

static void ask_something(void)
{
    static const uint32_t codes[] = {BLK_REQ_WRITE, BLK_REQ_WRITE,        BLK_REQ_READ,
                                     BLK_REQ_FLUSH, BLK_REQ_WRITE_ZEROES, BLK_REQ_BARRIER};
    unsigned id = pick(SLOTS);
    unsigned block = pick(BLOCKS), count = 1 + pick(3);
    uint32_t code = codes[pick(6)];
    if (slots[id].is_busy || block + count > BLOCKS) {
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
    for (unsigned i = 0; i < BLOCKS; i++) {
        slots[id].written[i] = blocks[i].written;
        slots[id].zeroes[i] = blocks[i].zeroes_answered;
    }
    rig_ask(code, block, block, (uint16_t)slots[id].count, id);
}

/* The medium holds what the flush has promised or something later. Values grow, but for zeroes. */
static void check_medium(unsigned id)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        uint64_t value = block_value(rig.medium[i]);
        bool is_zeroed = value == NOTHING && blocks[i].zeroes_asked != slots[id].zeroes[i];
        assert_true(value >= slots[id].written[i] || is_zeroed);
    }
}

static void check_answer(const blk_resp_t *response)
{
    unsigned id = response->id;
    assert_true(id < SLOTS && slots[id].is_busy);
    assert_int_equal(response->status, BLK_RESP_OK);
    assert_int_equal(response->success_count, slots[id].count);
    slots[id].is_busy = false;
    if (slots[id].code == BLK_REQ_FLUSH) {
        check_medium(id);
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

static void take_answers(void)
{
    blk_resp_t response;
    while (rig_answered(&response)) {
        check_answer(&response);
    }
}

/* The agent does a few things; with `dies`, they are its last. */
static void agent_act(bool dies)
{
    rig_take();
    unsigned performed = pick(rig.taken_count + 1);
    for (unsigned i = 0; i < performed; i++) {
        unsigned index = pick(rig.taken_count);
        uint32_t status = rig_perform(index);
        if (!dies || pick(2) == 0) {
            rig_complete(index, status);
        }
    }
    if (!dies || pick(2) == 0) {
        rig_ring();
    }
}

static bool is_idle(void)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slots[i].is_busy) {
            return false;
        }
    }
    return true;
}

static void check_disk(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        assert_int_equal(block_value(rig.disk[i]), blocks[i].written);
    }
}

static void kill_often(uint64_t seed)
{
    memset(blocks, 0, sizeof blocks);
    memset(slots, 0, sizeof slots);
    random_state = seed * 0x9e3779b97f4a7c15u + 1;
    last_value = NOTHING;
    rig_start();
    rig.hello.depth = 1u << pick(7);
    rig.hello.page_count = 1 + pick(2);
    for (unsigned kills = 0; kills < KILLS;) {
        for (unsigned i = pick(20); i != 0; i--) {
            ask_something();
        }
        if (pick(3) != 0) {
            block_server_notified(&rig.server);
        }
        if (rig.server.state == BLOCK_SERVER_CLOSED) {
            if (pick(2) == 0) {
                rig_connect();
            }
        } else if (pick(4) == 0) {
            agent_act(true);
            block_server_closed(&rig.server);
            kills++;
        } else {
            agent_act(false);
        }
        if (pick(2) == 0) {
            take_answers();
        }
    }
    rig_connect();
    for (unsigned turns = 0; !is_idle(); turns++) {
        assert_true(turns < 1000);
        block_server_notified(&rig.server);
        rig_serve_all();
        take_answers();
    }
    check_disk();
    assert_int_equal(rig.server.piece_count, 0);
    rig_end();
}

static void killed_at_random(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        kill_often(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
