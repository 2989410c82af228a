/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's side of virtio for tests: a driver over virtio-mmio that sets a device up, makes
 * chains available and takes used ones. It keeps to the rules; a test that wants them broken writes
 * to the rings itself. Queues lie in guest RAM of fake.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virtio/mmio.h>

#include "fake.h"

/* Flags of a descriptor (virtio 1.2, 2.7.5). */
#define DRIVER_NEXT     1
#define DRIVER_WRITE    2
#define DRIVER_INDIRECT 4

/* A queue in guest RAM. */
struct driver_queue {
    uint32_t index;
    uint16_t size;
    uint64_t gpa; /* descriptors; the rings behind, DRIVER_QUEUE_BYTES in all */
    struct virtq_desc *desc;
    struct virtq_avail *avail;
    struct virtq_used *used;
    uint16_t desc_next;  /* where the next chain begins: descriptors are used in turn */
    uint16_t avail_next; /* index of the next available buffer */
    uint16_t used_next;  /* index of the next used buffer */
};

#define DRIVER_QUEUE_BYTES 0x3000

/* One part of a buffer. */
struct driver_part {
    uint64_t gpa;
    uint32_t size;
    bool is_write; /* the device writes it */
};

/* Has `device` registered at `base`, 0x200 bytes, with SPI `spi` enabled, after power-on of the
 * guest and a reset of its own. It is registered the first time. False: it cannot be. */
bool driver_device_start(struct virtio_device *device, uint64_t base, unsigned spi);

/* Accesses of vCPU 0 to the registers at `base` (GPA). */
uint32_t driver_load(uint64_t base, uint32_t offset);
void driver_store(uint64_t base, uint32_t offset, uint32_t value);

/* The features that the device offers. */
uint64_t driver_features_offered(uint64_t base);

/* Resets the device, chooses `features` and VERSION_1. False if FEATURES_OK did not stick. */
bool driver_begin(uint64_t base, uint64_t features);

/* Sets up queue `index` with `size` descriptors at `gpa`, zeroed before. */
void driver_queue_begin(uint64_t base, struct driver_queue *queue, uint32_t index, uint16_t size,
                        uint64_t gpa);

/* Sets DRIVER_OK. */
void driver_ready(uint64_t base);

/* Makes a buffer of `count` parts available; returns its head. Does not notify. */
uint16_t driver_add(struct driver_queue *queue, const struct driver_part *parts, unsigned count);

/* The same through an indirect table that is written to `table_gpa`. */
uint16_t driver_add_indirect(struct driver_queue *queue, const struct driver_part *parts,
                             unsigned count, uint64_t table_gpa);

/* Makes `head`, whose descriptors the test has written, available. */
void driver_add_head(struct driver_queue *queue, uint16_t head);

/* Notifies the device. */
void driver_kick(uint64_t base, const struct driver_queue *queue);

/* Takes the next used buffer: false if there is none. */
bool driver_take(struct driver_queue *queue, uint32_t *id, uint32_t *written);

/* 2.7.10: the driver wants an interrupt for used buffer `index`. */
void driver_set_used_event(struct driver_queue *queue, uint16_t index);

/* 2.7.10: the device wants to be notified of available buffer ... */
uint16_t driver_avail_event(const struct driver_queue *queue);

/* Reads and acknowledges the interrupt status. */
uint32_t driver_interrupt(uint64_t base);

/* The first register of the `size` bytes at `base` that is not in `page` what a read that traps
 * returns, as an offset; `size`: there is none. */
uint32_t driver_page_difference(uint64_t base, const uint32_t *page, uint32_t size);
