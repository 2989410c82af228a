/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A block server with what surrounds it: a virtualiser that asks and is answered, and an agent in
 * the fake guest's RAM with a disk in the test's memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/serve/block.h>
#include <sddf/blk/extension.h>

#define RIG_CAPACITY    64 /* of the queues */
#define RIG_DATA_BLOCKS 256
#define RIG_DISK_BLOCKS 512
#define RIG_POOL_PAGES  2
#define RIG_POOL_GPA    0x40200000ul /* in the fake's RAM */

struct rig {
    struct block_server server;
    struct guest_data_region regions[2]; /* `data`; its first half once more, read-only */
    blk_connection_resource_t virt;
    blk_queue_handle_t client;
    unsigned notifications;

    struct agent_hello hello;
    struct agent_answer answer; /* the last one */
    unsigned answers, doorbells, goodbyes;
    bool refuses_sends;
    unsigned refused_sends;

    /* The agent. */
    uint32_t request_head, completion_tail;
    struct agent_request taken[AGENT_DEPTH_MAX]; /* and not completed */
    unsigned taken_count;
    uint8_t (*disk)[BLK_TRANSFER_SIZE];
    uint8_t (*medium)[BLK_TRANSFER_SIZE]; /* as of the last flush */
};

extern struct rig rig;

/* Everything anew: a server in state closed, empty queues, a disk of zeroes. */
void rig_start(void);
void rig_end(void);

/* ---- The virtualiser ---- */

/* VA of block `block` of the client's data. */
uint8_t *rig_data(unsigned block);

/* Puts a request into the queue, and does not notify. `block` is where in the data. */
void rig_ask(uint32_t code, unsigned block, uint64_t disk_block, uint16_t count, uint32_t id);

/* Takes the next response out; false if there is none. */
bool rig_answered(blk_resp_t *response);

/* ---- The agent ---- */

struct agent_rings *rig_rings(void);

/* Opens the port, greets with rig.hello, and begins with empty rings. */
void rig_connect(void);

/* Takes what is in the request ring. Returns how many there were. */
unsigned rig_take(void);

/* Does taken request `index` on the disk. Returns the status for rig_complete(). */
uint32_t rig_perform(unsigned index);

/* Completes taken request `index`, without a doorbell. */
void rig_complete(unsigned index, uint32_t status);

/* Rings the server. */
void rig_ring(void);

/* Takes, performs and completes all there is, in order, until there is nothing left. */
void rig_serve_all(void);
