/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The order. Rounds of writes that are answered, a flush with other writes beside it, and when it
 * is answered a write that marks that: the test on the host sees in which order they reached the
 * disk. And barriers: first writes, then others to the same blocks, then reads of these, all asked
 * at once.
 */
#include "client.h"
#include "console.h"

#define BESIDE       8 /* writes under way as a flush is asked for */
#define BESIDE_FIRST (CROWD_FLUSH + 2 * CROWD_FLUSH_COUNT)
#define BARRIERS     8 /* rounds */

static uint64_t round;

static void next_step(void);

static void ask(uint32_t slot, uint32_t code, uint64_t block, uint16_t count)
{
    if (!disk_ask(slot, code, (uint64_t)slot * CROWD_BLOCK, block, count)) {
        client_fail("the ring has no room, for slot", slot);
    }
}

static void ask_write(uint32_t slot, uint64_t block, uint64_t number)
{
    record_make(slot, block, number);
    ask(slot, BLK_REQ_WRITE, block, 1);
}

/* ---- Flush ---- */

static void writes_begin(void)
{
    for (uint32_t i = 0; i < CROWD_FLUSH_COUNT; i++) {
        ask_write(i, CROWD_FLUSH + 2 * i, round);
    }
}

static void flush_begin(void)
{
    for (uint32_t i = 0; i < BESIDE; i++) {
        ask_write(1 + i, BESIDE_FIRST + 2 * i, round);
        if (i == BESIDE / 2) {
            ask(0, BLK_REQ_FLUSH, 0, 0);
        }
    }
}

static void mark_begin(void)
{
    ask_write(0, CROWD_MARK + round, round);
}

static bool flush_end(void)
{
    if (++round < CROWD_MARK_COUNT) {
        return false;
    }
    console_put("crowd: ");
    console_put_number(round);
    console_put(" flushes, each with a mark");
    console_end();
    return true;
}

/* ---- Barriers ---- */

/* Slots: the first writes, a barrier, the second ones, a barrier, the reads. */
#define GROUP(number) ((number) * (CROWD_BARRIER_SIZE + 1))
#define BEHIND(group) (GROUP(group) + CROWD_BARRIER_SIZE)

static void barrier_begin(void)
{
    for (uint32_t i = 0; i < CROWD_BARRIER_SIZE; i++) {
        ask_write(GROUP(0) + i, CROWD_BARRIER + i, 2 * round);
    }
    ask(BEHIND(0), BLK_REQ_BARRIER, 0, 0);
    for (uint32_t i = 0; i < CROWD_BARRIER_SIZE; i++) {
        ask_write(GROUP(1) + i, CROWD_BARRIER + i, 2 * round + 1);
    }
    ask(BEHIND(1), BLK_REQ_BARRIER, 0, 0);
    for (uint32_t i = 0; i < CROWD_BARRIER_SIZE; i++) {
        ask(GROUP(2) + i, BLK_REQ_READ, CROWD_BARRIER + i, 1);
    }
}

/* The barrier behind a group is answered after all of it, and before all of the next. */
static void barrier_check(uint32_t group)
{
    uint64_t barrier = disk_answer_number(BEHIND(group));
    for (uint32_t i = 0; i < CROWD_BARRIER_SIZE; i++) {
        if (disk_answer_number(GROUP(group) + i) > barrier ||
            disk_answer_number(GROUP(group + 1) + i) < barrier) {
            client_fail("an answer is on the wrong side of a barrier, of request", i);
        }
    }
}

static bool barrier_end(void)
{
    barrier_check(0);
    barrier_check(1);
    for (uint32_t i = 0; i < CROWD_BARRIER_SIZE; i++) {
        if (!record_is(GROUP(2) + i, CROWD_BARRIER + i, 2 * round + 1)) {
            client_fail("a read overtook a write across a barrier, of block", CROWD_BARRIER + i);
        }
    }
    if (++round < BARRIERS) {
        return false;
    }
    console_put("crowd: ");
    console_put_number(2 * round);
    console_put(" barriers, nothing passes them");
    console_end();
    return true;
}

/* ---- The steps ---- */

static const struct step {
    void (*begin)(void);
    bool (*end)(void); /* when all is answered; false: another round; NULL: goes on at once */
    uint32_t again;    /* where another round begins */
} steps[] = {
    {writes_begin, NULL, 0},
    {flush_begin, NULL, 0},
    {mark_begin, flush_end, 0},
    {barrier_begin, barrier_end, 3},
};

static uint32_t step;

static void idle(void)
{
    if (steps[step].end != NULL && !steps[step].end()) {
        step = steps[step].again;
    } else {
        round = steps[step].end != NULL ? 0 : round;
        step++;
    }
    next_step();
}

static const struct disk_user order = {.idle = idle};

static void next_step(void)
{
    if (step < sizeof(steps) / sizeof(*steps)) {
        steps[step].begin();
        disk_send();
        return;
    }
    disk_use(NULL);
    console_put("crowd: the order holds");
    console_end();
}

void order_begin(void)
{
    step = 0;
    round = 0;
    disk_use(&order);
    next_step();
}
