/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The load: rounds of records, so many at a time, each a block; then a flush; then every one is
 * read back. A record that is another client's, or of another round, is a failure.
 */
#include "client.h"
#include "console.h"

#define DEPTH 8

_Static_assert(CROWD_LOAD_COUNT % DEPTH == 0, "each round leaves nothing over");

static enum { LOAD_WRITE, LOAD_FLUSH, LOAD_READ } phase;
static uint64_t round, request_count;
static uint32_t next; /* of this phase */
static bool is_stopping;
static uint64_t block_of[DEPTH]; /* of each slot's request */

static void ask_next(uint32_t slot)
{
    uint64_t offset = (uint64_t)slot * CROWD_BLOCK;
    /* 77 and the count have no common factor: each block once, none behind the one before it. */
    block_of[slot] = CROWD_LOAD + next++ * 77 % CROWD_LOAD_COUNT;
    if (phase == LOAD_WRITE) {
        record_make(slot, block_of[slot], round);
        disk_ask(slot, BLK_REQ_WRITE, offset, block_of[slot], 1);
    } else {
        disk_ask(slot, BLK_REQ_READ, offset, block_of[slot], 1);
    }
}

static void phase_begin(void)
{
    next = 0;
    if (phase == LOAD_FLUSH) {
        disk_ask(0, BLK_REQ_FLUSH, 0, 0, 0);
    }
    for (uint32_t slot = 0; phase != LOAD_FLUSH && slot < DEPTH; slot++) {
        ask_next(slot);
    }
    disk_send();
}

static void answered(uint32_t slot)
{
    request_count++;
    if (phase == LOAD_READ && !record_is(slot, block_of[slot], round)) {
        client_fail("what is read is not what was written last, at block", block_of[slot]);
    }
    if (phase != LOAD_FLUSH && next < CROWD_LOAD_COUNT) {
        ask_next(slot);
        disk_send();
    }
}

static void round_end(void)
{
    console_put("crowd: round ");
    console_put_number(round);
    console_put(", ");
    console_put_number(request_count);
    console_put(" requests, all as written");
    console_end();
    round++;
}

static void idle(void)
{
    if (phase == LOAD_READ) {
        round_end();
        phase = LOAD_WRITE;
        if (is_stopping) {
            disk_use(NULL);
            console_put("crowd: the load has ended");
            console_end();
            return;
        }
    } else {
        phase++;
    }
    phase_begin();
}

static const struct disk_user load = {.answered = answered, .idle = idle};

void load_begin(void)
{
    is_stopping = false;
    phase = LOAD_WRITE;
    disk_use(&load);
    console_put("crowd: the load begins");
    console_end();
    phase_begin();
}

void load_stop(void)
{
    is_stopping = true;
}
