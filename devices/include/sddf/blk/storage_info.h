/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a server says of its disk, in a region that the client reads. Layout and names are sDDF
 * 0.7's. The server writes everything, then `ready`; when anything changes, it takes `ready` back
 * meanwhile.
 *
 * A client that finds it not ready may look again and again, as sDDF's do. Or it asks for a FLUSH:
 * a virtualiser leaves that in the queue until it knows the disk, and then answers. Of later
 * changes Drover's virtualiser notifies its clients.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLK_STORAGE_INFO_REGION_SIZE 0x1000
#define BLK_MAX_SERIAL_NUMBER        63 /* characters, without the NUL */

typedef struct blk_storage_info {
    char serial_number[BLK_MAX_SERIAL_NUMBER + 1];
    bool read_only;
    bool ready;
    uint16_t sector_size; /* bytes */
    uint16_t block_size;  /* the best size of a request, in blocks of BLK_TRANSFER_SIZE */
    uint16_t queue_depth;
    uint16_t cylinders, heads, blocks;
    uint64_t capacity; /* blocks of BLK_TRANSFER_SIZE */
} blk_storage_info_t;

_Static_assert(offsetof(blk_storage_info_t, read_only) == 64 &&
                   offsetof(blk_storage_info_t, ready) == 65 &&
                   offsetof(blk_storage_info_t, sector_size) == 66 &&
                   offsetof(blk_storage_info_t, block_size) == 68 &&
                   offsetof(blk_storage_info_t, queue_depth) == 70 &&
                   offsetof(blk_storage_info_t, cylinders) == 72 &&
                   offsetof(blk_storage_info_t, heads) == 74 &&
                   offsetof(blk_storage_info_t, blocks) == 76 &&
                   offsetof(blk_storage_info_t, capacity) == 80 && sizeof(blk_storage_info_t) == 88,
               "sDDF's layout");

/* Whether the rest of the structure holds. The byte is another PD's, and need not be a bool's. */
static inline bool blk_storage_is_ready(blk_storage_info_t *storage_info)
{
    return __atomic_load_n((const uint8_t *)&storage_info->ready, __ATOMIC_ACQUIRE) != 0;
}

/* Says so, after everything else was written. For the server. */
static inline void blk_storage_set_ready(blk_storage_info_t *storage_info, bool ready)
{
    __atomic_store_n((uint8_t *)&storage_info->ready, ready ? 1 : 0, __ATOMIC_RELEASE);
}
