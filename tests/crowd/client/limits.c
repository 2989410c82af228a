/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The limits: requests that are wrong, each in its own way, among some that are just right; and a
 * ring that is filled until it takes no more, twice, while no answer is taken.
 */
#include "client.h"
#include "console.h"

#define NOWHERE UINT64_MAX
#define NONE    UINT32_MAX /* in place of what fills the ring */

static uint32_t asked_count;
static uint32_t full_code; /* what fills the ring; NONE: nothing does */

static void next_step(void);

/* ---- Requests at the limit and beyond ---- */

/* What the data region holds while reads are refused. */
static uint64_t mark(uint32_t data_block, uint32_t word)
{
    return ((uint64_t)data_block << 32 | word) * 0x9e3779b97f4a7c15u;
}

static void data_mark(void)
{
    for (uint32_t i = 0; i < disk_data_blocks(); i++) {
        uint64_t *words = (uint64_t *)disk_data(i);
        for (uint32_t word = 0; word < CROWD_BLOCK / 8; word++) {
            words[word] = mark(i, word);
        }
    }
}

/* The right ones were reads of blocks that nobody has written, to the last block of the region. */
static void data_check(void)
{
    for (uint32_t i = 0; i < disk_data_blocks(); i++) {
        const uint64_t *words = (const uint64_t *)disk_data(i);
        bool is_read = i + 1 == disk_data_blocks();
        for (uint32_t word = 0; word < CROWD_BLOCK / 8; word++) {
            if (words[word] != (is_read ? 0 : mark(i, word))) {
                client_fail("a request changed data that was not its own, in block", i);
            }
        }
    }
}

static void ask_right(uint64_t offset, uint64_t block, uint16_t count)
{
    disk_ask(asked_count++, BLK_REQ_READ, offset, block, count);
}

static void ask_wrong(uint32_t code, uint64_t offset, uint64_t block, uint16_t count)
{
    disk_ask_wrong(asked_count++, code, offset, block, count);
}

static void wrong_begin(void)
{
    uint64_t data_end = (uint64_t)disk_data_blocks() * CROWD_BLOCK;
    uint64_t last = data_end - CROWD_BLOCK, end = disk_blocks();
    asked_count = 0;
    full_code = NONE;
    data_mark();
    ask_right(last, end - 1, 1);
    for (uint32_t code = BLK_REQ_READ; code <= BLK_REQ_WRITE; code++) {
        ask_wrong(code, 0, 0, 0);                         /* nothing */
        ask_wrong(code, 0, end, 1);                       /* behind the partition */
        ask_wrong(code, 0, end - 1, 2);                   /* over its end */
        ask_wrong(code, 0, 0, UINT16_MAX);                /* more than there is */
        ask_wrong(code, 0, NOWHERE, 1);                   /* nowhere */
        ask_wrong(code, 0, NOWHERE - 1, 4);               /* and around to the beginning */
        ask_wrong(code, 0, 0 - (uint64_t)CROWD_MIB, 1);   /* before the partition */
        ask_wrong(code, data_end, 0, 1);                  /* behind the data region */
        ask_wrong(code, last, 0, 2);                      /* over its end */
        ask_wrong(code, NOWHERE - CROWD_BLOCK + 1, 0, 1); /* before it */
        ask_wrong(code, NOWHERE - CROWD_BLOCK + 1, 0, 2); /* and around */
        ask_wrong(code, CROWD_BLOCK / 2, 0, 1);           /* not on a block */
    }
    ask_wrong(BLK_REQ_BARRIER + 1, 0, 0, 1);
    ask_wrong(0x7fffffff, 0, 0, 1);
    ask_wrong(UINT32_MAX, 0, 0, 1);
    ask_right(last, end - 1, 1);
    disk_send();
}

static void wrong_end(void)
{
    data_check();
    console_put("crowd: ");
    console_put_number(asked_count - 2);
    console_put(" wrong requests are refused, 2 right ones among them are not");
    console_end();
}

/* ---- More than the ring holds ---- */

/* Asks until the ring is full, or nothing is left to be asked, a block each. */
static void ring_fill(void)
{
    while (asked_count < CROWD_LIMITS_COUNT &&
           disk_ask(asked_count, full_code, (uint64_t)asked_count * CROWD_BLOCK,
                    CROWD_LIMITS + asked_count, 1)) {
        asked_count++;
    }
}

/* The virtualiser takes what the ring holds when it is told, if not before, and no more than it can
 * answer while no answer is taken: then the ring is full a second time. */
static void full_begin(uint32_t code)
{
    full_code = code;
    asked_count = 0;
    ring_fill();
    if (asked_count < disk_ring_size()) {
        client_fail("the ring is full too early, with", asked_count);
    }
    disk_send();
    ring_fill();
    disk_send();
    if (disk_ask(ASK_MAX - 1, code, 0, 0, 1)) {
        client_fail("a full ring takes another request, behind", asked_count);
    }
    disk_hold_answers(disk_ring_size());
}

static void full_write_begin(void)
{
    for (uint32_t i = 0; i < CROWD_LIMITS_COUNT; i++) {
        record_make(i, CROWD_LIMITS + i, 0);
    }
    full_begin(BLK_REQ_WRITE);
}

static void full_read_begin(void)
{
    for (uint32_t i = 0; i < CROWD_LIMITS_COUNT; i++) {
        *disk_data(i) = (struct crowd_record){0};
    }
    full_begin(BLK_REQ_READ);
}

static void full_read_end(void)
{
    for (uint32_t i = 0; i < CROWD_LIMITS_COUNT; i++) {
        if (!record_is(i, CROWD_LIMITS + i, 0)) {
            client_fail("what is read is not what was written, at block", CROWD_LIMITS + i);
        }
    }
    console_put("crowd: a full ring refuses, and ");
    console_put_number(asked_count);
    console_put(" writes and as many reads are answered once each");
    console_end();
}

/* There is room for answers again: the rest is taken when we tell that. */
static void full_answered(uint32_t slot)
{
    (void)slot;
    if (full_code != NONE && disk_untaken() == 0) {
        ring_fill();
        disk_send();
    }
}

/* ---- The steps ---- */

static const struct step {
    void (*begin)(void);
    void (*end)(void); /* when all is answered; NULL: nothing to do */
} steps[] = {
    {wrong_begin, wrong_end},
    {full_write_begin, NULL},
    {full_read_begin, full_read_end},
};

static uint32_t step;

static void idle(void)
{
    if (steps[step].end != NULL) {
        steps[step].end();
    }
    step++;
    next_step();
}

static const struct disk_user limits = {.answered = full_answered, .idle = idle};

static void next_step(void)
{
    if (step < sizeof(steps) / sizeof(*steps)) {
        steps[step].begin();
        return;
    }
    disk_use(NULL);
    console_put("crowd: the limits hold");
    console_end();
}

void limits_begin(void)
{
    step = 0;
    disk_use(&limits);
    next_step();
}
