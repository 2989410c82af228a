/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads the disk's partition table through the driver, block by block into the virtualiser's own
 * data region, and finds the partitions that clients are configured with.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sddf/blk/config.h>

/* Prepares it, with the virtualiser's data region. */
void table_init(const device_region_resource_t *data);

/* Begins to read the table of a disk of `disk_blocks` blocks (of BLK_TRANSFER_SIZE) with logical
 * blocks of `lba_size` bytes. If one is being read, that is given up. */
void table_begin(uint64_t disk_blocks, uint32_t lba_size);

/* Goes on as far as it can without waiting. True: it is done, and table_partition() holds. */
bool table_continue(void);

/* The part of the disk, in blocks of BLK_TRANSFER_SIZE, of the partition that client `index` is
 * configured with. False: there is none that can be served. */
bool table_partition(uint32_t index, uint64_t *start, uint64_t *blocks);
