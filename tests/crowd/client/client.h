/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A native client of a served disk, which on its console is told, a word a line:
 *     load      writes, flushes and reads back, round after round, until `stop`
 *     limits    asks for what is wrong, and for more than its ring holds
 *     order     flushes, and has barriers between writes
 *     die       ends with a fault, with as many requests under way as its ring holds
 *     restart   has the VM started again that it may have started again
 * What came of it is a line each, "crowd: ..."; "crowd: FAILED: ..." means what it says. Each job
 * is a user of the disk, one at a time; layout.h says to which blocks it writes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <microkit.h>
#include <sddf/blk/queue.h>

#include "layout.h"

/* Requests that a job may have under way, each with a number, its slot. */
#define ASK_MAX 512

/* Who hears of answers. */
struct disk_user {
    void (*answered)(uint32_t slot); /* as it was expected to be; NULL: all are alike */
    void (*idle)(void);              /* nothing is under way any more */
};

/* ---- disk.c ---- */

/* Connects, and says on the console when there is a disk. */
void disk_open(void);

/* Whether there is one, and nobody uses it. */
bool disk_is_free(void);

/* Takes the disk, or with NULL gives it back. */
void disk_use(const struct disk_user *user);

/* Blocks of the partition; blocks of the data region; entries of the ring. */
uint64_t disk_blocks(void);
uint32_t disk_data_blocks(void);
uint32_t disk_ring_size(void);

/* A block of the data region. */
struct crowd_record *disk_data(uint32_t data_block);

/* Puts a request into the ring under a slot that has none under way: `count` blocks from `block`
 * on, data from `offset` (bytes) in the data region on. It is expected to end well, or for
 * disk_ask_wrong() to be refused as wrong. False: the ring is full. */
bool disk_ask(uint32_t slot, uint32_t code, uint64_t offset, uint64_t block, uint16_t count);
bool disk_ask_wrong(uint32_t slot, uint32_t code, uint64_t offset, uint64_t block, uint16_t count);

/* Tells the virtualiser of what was asked. */
void disk_send(void);

/* Leaves answers where they are until there are so many of them. */
void disk_hold_answers(uint32_t count);

/* Requests that were asked and not answered, as far as answers were taken. */
uint32_t disk_under_way(void);

/* Answers that nobody has taken yet. */
uint32_t disk_untaken(void);

/* The how many-th answer that the slot's last one was. */
uint64_t disk_answer_number(uint32_t slot);

/* Takes answers if the notification is of the virtualiser. */
void disk_notified(microkit_channel channel);

/* Writes a record of this program to the data region, or says whether one is there. */
void record_make(uint32_t data_block, uint64_t block, uint64_t round);
bool record_is(uint32_t data_block, uint64_t block, uint64_t round);

/* ---- main.c ---- */

/* Says what is wrong, and ends this program. */
_Noreturn void client_fail(const char *what, uint64_t number);

/* ---- The jobs; each says when it is done, and gives the disk back ---- */

void load_begin(void);
void load_stop(void);
void limits_begin(void);
void order_begin(void);
void death_begin(void);
