/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A native client of a disk. It writes a pattern to its partition, flushes, reads back and
 * compares; then, if it is told to, does a run of requests against the clock. What was there is
 * lost. One line says how each went.
 */
#include <microkit.h>
#include <sddf/blk/config.h>

#include "check.h"
#include "console.h"

#define WORDS     (BLK_TRANSFER_SIZE / sizeof(uint64_t))
#define DEPTH_MAX 128
#define ID_AWAIT  DEPTH_MAX /* of the flush that waits for the disk */

/* Odd numbers without a pattern of their own: multiples of the golden ratio and of pi, in binary.
 */
#define MIX_BLOCK UINT64_C(0x9e3779b97f4a7c15)
#define MIX_WORD  UINT64_C(0x243f6a8885a308d3)

enum stage { STAGE_AWAIT, STAGE_WRITE, STAGE_FLUSH, STAGE_READ, STAGE_TIMED, STAGE_END };

__attribute__((section(".blk_client_config"), used)) blk_client_config_t blk_client_config;
__attribute__((section(".blk_client_test"), used)) struct blk_client_test blk_client_test = {
    .check_blocks = 4096, .request_blocks = 32, .depth = 8};

static blk_queue_handle_t queue;
static enum stage stage;
static uint64_t seed; /* another one in each run: what an earlier run wrote is noticed */
static uint64_t disk_blocks;
static uint64_t check_blocks;
static uint32_t request_blocks;
static uint32_t slots; /* requests at once, each with its part of the data region */
static uint32_t free_slots[DEPTH_MAX];
static uint32_t free_count;
static uint64_t slot_block[DEPTH_MAX]; /* that the slot's request begins with */
static uint16_t slot_count[DEPTH_MAX];
static uint64_t next;  /* block, or in the timed run request */
static uint64_t began; /* counter of the timed run */
static uint64_t random_state;

static uint64_t counter(void)
{
    uint64_t count;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count)::"memory");
    return count;
}

static uint64_t counter_frequency(void)
{
    uint64_t frequency;
    __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency;
}

/* A number below `limit`: xorshift64 (Marsaglia, 2003), whose quality is enough for places. */
static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static uint64_t *slot_data(uint32_t slot)
{
    return (uint64_t *)((char *)blk_client_config.data.vaddr +
                        (uint64_t)slot * request_blocks * BLK_TRANSFER_SIZE);
}

static uint64_t pattern(uint64_t block, uint64_t word)
{
    return (seed ^ block * MIX_BLOCK) + word * MIX_WORD;
}

static void fill(uint32_t slot)
{
    uint64_t *at = slot_data(slot);
    for (uint64_t i = 0; i < slot_count[slot] * WORDS; i++) {
        at[i] = pattern(slot_block[slot] + i / WORDS, i % WORDS);
    }
}

static void end(void)
{
    stage = STAGE_END;
    console_end();
}

/* Says what is wrong and stops. */
static void fail(const char *what, uint64_t block)
{
    if (stage == STAGE_END) {
        return;
    }
    console_put("blk_client: FAILED: ");
    console_put(what);
    console_put(" at block ");
    console_put_number(block);
    end();
}

static void compare(uint32_t slot)
{
    const uint64_t *at = slot_data(slot);
    for (uint64_t i = 0; i < slot_count[slot] * WORDS; i++) {
        if (at[i] != pattern(slot_block[slot] + i / WORDS, i % WORDS)) {
            fail("what was read is not what was written", slot_block[slot] + i / WORDS);
            return;
        }
    }
}

/* ---- The stages ---- */

static void stage_begin(enum stage now)
{
    stage = now;
    next = 0;
}

static void timed_begin(void)
{
    if (blk_client_test.timed_requests == 0 || disk_blocks < request_blocks) {
        stage = STAGE_END;
        return;
    }
    stage_begin(STAGE_TIMED);
    random_state = seed | 1;
    began = counter();
}

static void timed_end(void)
{
    uint64_t ticks = counter() - began;
    uint64_t frequency = counter_frequency();
    console_put("blk_client: timed: ");
    console_put_number(blk_client_test.timed_requests);
    console_put(blk_client_test.timed_is_random ? " random" : " sequential");
    console_put(blk_client_test.timed_is_write ? " writes of " : " reads of ");
    console_put_number(request_blocks * 4);
    console_put(" KiB, depth ");
    console_put_number(slots);
    console_put(": ");
    console_put_number(ticks / frequency * 1000000 + ticks % frequency * 1000000 / frequency);
    console_put(" us");
    end();
}

static void check_end(void)
{
    console_put("blk_client: ");
    console_put_number(check_blocks);
    console_put(" of ");
    console_put_number(disk_blocks);
    console_put(" blocks written, flushed and read back: all as written");
    console_end();
    timed_begin();
}

/* Nothing is out and nothing is left of the stage. */
static void stage_end(void)
{
    if (stage == STAGE_WRITE) {
        stage_begin(STAGE_FLUSH);
    } else if (stage == STAGE_FLUSH) {
        stage_begin(STAGE_READ);
    } else if (stage == STAGE_READ) {
        check_end();
    } else if (stage == STAGE_TIMED) {
        timed_end();
    }
}

static bool stage_has_more(void)
{
    switch (stage) {
    case STAGE_WRITE:
    case STAGE_READ:
        return next < check_blocks;
    case STAGE_FLUSH:
        return next == 0;
    case STAGE_TIMED:
        return next < blk_client_test.timed_requests;
    default:
        return false;
    }
}

/* Asks for the next piece of the stage in `slot`. */
static void ask(uint32_t slot)
{
    blk_req_code_t code = BLK_REQ_READ;
    slot_count[slot] = (uint16_t)request_blocks;
    if (stage == STAGE_FLUSH) {
        code = BLK_REQ_FLUSH;
        slot_block[slot] = 0;
        slot_count[slot] = 0;
        next = 1;
    } else if (stage == STAGE_TIMED) {
        uint64_t places = disk_blocks / request_blocks;
        uint64_t place = blk_client_test.timed_is_random ? random_below(places) : next % places;
        code = blk_client_test.timed_is_write ? BLK_REQ_WRITE : BLK_REQ_READ;
        slot_block[slot] = place * request_blocks;
        next++;
    } else {
        uint64_t left = check_blocks - next;
        slot_count[slot] = (uint16_t)(left < request_blocks ? left : request_blocks);
        slot_block[slot] = next;
        next += slot_count[slot];
        if (stage == STAGE_WRITE) {
            code = BLK_REQ_WRITE;
            fill(slot);
        }
    }
    blk_enqueue_req(&queue, code, (uintptr_t)slot * request_blocks * BLK_TRANSFER_SIZE,
                    slot_block[slot], slot_count[slot], slot);
}

/* ---- Answers ---- */

static void answered(uint32_t slot, blk_resp_status_t status, uint16_t success_count)
{
    free_slots[free_count++] = slot;
    if (status != BLK_RESP_OK || success_count != slot_count[slot]) {
        fail(stage == STAGE_WRITE   ? "a write was refused"
             : stage == STAGE_FLUSH ? "a flush was refused"
                                    : "a request was refused",
             slot_block[slot]);
    } else if (stage == STAGE_READ) {
        compare(slot);
    }
}

static bool slot_is_out(uint32_t slot)
{
    for (uint32_t i = 0; i < free_count; i++) {
        if (free_slots[i] == slot) {
            return false;
        }
    }
    return slot < slots;
}

static void answers_take(void)
{
    blk_resp_status_t status;
    uint16_t success_count;
    uint32_t id;
    while (blk_dequeue_resp(&queue, &status, &success_count, &id) == 0) {
        if (id == ID_AWAIT) {
            continue;
        }
        if (!slot_is_out(id)) {
            fail("an answer came that nobody asked for", 0);
            return;
        }
        answered(id, status, success_count);
    }
}

static void go_on(void)
{
    bool asked = false;
    while (stage != STAGE_END) {
        if (stage_has_more() && free_count > 0) {
            ask(free_slots[--free_count]);
            asked = true;
        } else if (!stage_has_more() && free_count == slots) {
            stage_end();
        } else {
            break;
        }
    }
    if (asked) {
        microkit_notify(blk_client_config.virt.id);
    }
}

/* The disk is there: how much of what is done at once. */
static void begin(void)
{
    const blk_storage_info_t *info = blk_client_config.virt.storage_info.vaddr;
    uint64_t data_blocks = blk_client_config.data.size / BLK_TRANSFER_SIZE;
    disk_blocks = info->capacity;
    check_blocks =
        disk_blocks < blk_client_test.check_blocks ? disk_blocks : blk_client_test.check_blocks;
    request_blocks = blk_client_test.request_blocks;
    if (request_blocks == 0 || request_blocks > data_blocks || request_blocks > UINT16_MAX) {
        request_blocks = 1;
    }
    uint64_t most = data_blocks / request_blocks;
    slots = blk_client_test.depth;
    slots = slots < most ? slots : (uint32_t)most;
    slots = slots < queue.capacity ? slots : queue.capacity;
    slots = slots < DEPTH_MAX ? slots : DEPTH_MAX;
    for (free_count = 0; free_count < slots; free_count++) {
        free_slots[free_count] = free_count;
    }
    seed = counter() * MIX_WORD;
    if (slots == 0) {
        fail("the data region or the queue has no room", 0);
    } else if (check_blocks == 0) {
        timed_begin();
    } else {
        stage_begin(STAGE_WRITE);
    }
}

void init(void)
{
    const blk_connection_resource_t *virt = &blk_client_config.virt;
    console_open();
    if (!blk_config_check_magic(&blk_client_config) ||
        virt->req_queue.size < blk_queue_req_size(virt->num_buffers) ||
        virt->resp_queue.size < blk_queue_resp_size(virt->num_buffers)) {
        fail("the configuration is missing, or its queues do not fit into their regions", 0);
        return;
    }
    blk_queue_init(&queue, virt->req_queue.vaddr, virt->resp_queue.vaddr, virt->num_buffers);
    if (!blk_storage_is_ready(virt->storage_info.vaddr)) {
        /* Answered when there is something to be known of the disk. */
        blk_enqueue_req(&queue, BLK_REQ_FLUSH, 0, 0, 0, ID_AWAIT);
        microkit_notify(virt->id);
    }
    notified(virt->id);
}

void notified(microkit_channel channel)
{
    if (channel != blk_client_config.virt.id || stage == STAGE_END) {
        return;
    }
    if (stage == STAGE_AWAIT) {
        if (!blk_storage_is_ready(blk_client_config.virt.storage_info.vaddr)) {
            return;
        }
        begin();
    }
    answers_take();
    go_on();
}
