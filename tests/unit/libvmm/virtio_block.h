/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio block device between a driver and an sDDF server that tests play.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virtio/block.h>

#include "virtio_driver.h"

#define DIRECT   0xb000000ul /* registers of a device whose data region is guest RAM, GPA */
#define BOUNCED  0xb001000ul /* and of one with another */
#define SPI      100
#define CHANNEL  7
#define QUEUES   (FAKE_RAM + 0x100000)
#define HEADERS  (FAKE_RAM + 0x200000)
#define STATUSES (FAKE_RAM + 0x210000)
#define TABLES   (FAKE_RAM + 0x220000)
#define DATA     (FAKE_RAM + 0x400000)
#define QUEUE    128
#define CAPACITY 64
#define BLOCKS   512 /* of the disk */
#define BLOCK    BLK_TRANSFER_SIZE
#define BOUNCE   16 /* pages of the bounce area and zeroes in the tests without direct access */
#define SCATTER  (DIRECT + 0x8000)
#define ALL      0xffffffffull

extern struct virtio_blk_device direct, bounced, unfit, late, scattered;
extern struct virtio_blk_device *dev; /* of the test in hand */
extern uint64_t base;                 /* of its registers, GPA */
extern struct driver_queue queues[VIRTIO_BLK_QUEUE_COUNT];
extern struct driver_queue *const q; /* the first of them */
extern blk_storage_info_t *const info;
extern blk_queue_handle_t server;
extern uint8_t disk[BLOCKS][BLOCK];
extern uint8_t *data_region;
extern uint64_t data_size;

/* A device whose data region is guest RAM, with queues of CAPACITY or `capacity` entries, or one
 * with a region of its own; new and taken up by its driver. Two are set-ups of cmocka's. */
int start_direct(void **state);
void start_direct_with(uint32_t capacity);
int start_bounced(void **state);

/* One whose data region is guest RAM and what is behind it, and whose server takes scattered data.
 */
int start_scattered(void **state);

/* The parts of that. */
void queues_clear(void);
void info_set(void);
bool device_init(struct virtio_blk_device *device, uint64_t at, uint8_t *data, uint64_t size);
void begin(uint64_t features);

/* The server takes a request, into `taken`. False: there is none. */
extern blk_req_t taken;
bool server_take(void);
/* Does what it says, which has to be possible. */
blk_resp_status_t server_do(const blk_req_t *request);
/* Answers it; the device is not told. */
void answer(const blk_req_t *request, blk_resp_status_t status);
/* Serves all there is; returns how many requests that were. */
unsigned serve(void);

/* The driver makes a request of these data parts available in `queue`, or of one part in the first;
 * returns its head. */
uint16_t ask(struct driver_queue *queue, uint32_t type, uint64_t sector,
             const struct driver_part *parts, unsigned count);
uint16_t ask_one(uint32_t type, uint64_t sector, uint64_t gpa, uint32_t size);
void kick(void);
/* How the request ended; 0xff: it has not. */
uint8_t status_of(uint16_t head);
/* The next used buffer of the first queue has to be `head`, with this result. */
void expect_used(uint16_t head, uint8_t result, uint32_t written);
void expect_none(void);
