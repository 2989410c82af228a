/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block virtualiser with what surrounds it: a disk in the test's memory with a partition table,
 * its driver, and clients whose data regions have io addresses that nothing else has.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/blk/config.h>
#include <sddf/blk/extension.h>

#include "devices/fake.h"

#define RIG_DISK_BLOCKS   4096
#define RIG_LBAS          (RIG_DISK_BLOCKS * 8ul)
#define RIG_DATA_BLOCKS   600 /* of a client's data region */
#define RIG_CAPACITY      64  /* of the queues' memory */
#define RIG_DRIVER_CH     0
#define RIG_CLIENT_CH(i)  (1 + (i))
#define RIG_IO(i)         (0x4000000000ul + ((uint64_t)(i) << 32)) /* of a client's data region */
#define RIG_VIRT_IO       0x3000000000ul                           /* of the virtualiser's */
#define RIG_PART_BLOCKS   200                                      /* of a partition */
#define RIG_PART_START(i) (64 + (uint64_t)(i)*RIG_PART_BLOCKS)

/* The ends that are not the virtualiser's. */
struct rig_end {
    blk_queue_handle_t queue;
    blk_storage_info_t *info;
    uint8_t *data;
};

extern struct rig_end rig_driver;
extern struct rig_end rig_clients[SDDF_BLK_MAX_CLIENTS];
extern uint8_t rig_disk[RIG_DISK_BLOCKS][BLK_TRANSFER_SIZE];
extern blk_virt_config_t blk_virt_config;

/* Everything anew: a disk without a table, a configuration of `clients` clients with partitions 0,
 * 1, ... and queues of `capacity` entries. The virtualiser is not initialised, the driver ready. */
void rig_reset(unsigned clients, unsigned driver_capacity, unsigned capacity);

/* Puts a GPT with `count` partitions onto the disk: of RIG_PART_BLOCKS at RIG_PART_START. */
void rig_gpt(unsigned count);
/* Makes the checksums of both headers and arrays right again. */
void rig_gpt_seal(void);
/* Puts partition `index` of an MBR there. */
void rig_mbr(unsigned index, uint8_t type, uint32_t first_lba, uint32_t lba_count);

/* rig_reset(), rig_gpt(), init(), and the driver serves until the clients have their parts. */
void rig_start(unsigned clients, unsigned driver_capacity, unsigned capacity);

/* The client puts a request into its queue, and does not notify. False: the queue is full. */
bool rig_ask(unsigned client, blk_req_code_t code, uint64_t data_block, uint64_t block,
             uint16_t count, uint32_t id);
/* It takes a response. False: there is none. */
bool rig_answered(unsigned client, blk_resp_t *response);
/* It has to have this response, and no other. */
void rig_expect(unsigned client, uint32_t id, blk_resp_status_t status, uint16_t success_count);
/* Whether `channel` was notified since the last call. */
bool rig_was_notified(unsigned channel);

/* The driver takes a request. False: there is none. */
bool rig_take(blk_req_t *request);
/* Does it on the disk, which has to be possible. */
void rig_do(const blk_req_t *request);
/* Answers, and does not notify. */
void rig_answer(const blk_req_t *request, blk_resp_status_t status, uint16_t success_count);
/* Takes, does and answers what there is, with a notification each, until there is nothing. */
unsigned rig_serve(void);
