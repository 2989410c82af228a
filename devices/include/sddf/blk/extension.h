/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What Drover's block components can do beyond sDDF 0.7: discard, write zeroes, data that lies in
 * many places, and a client that has all of a disk. A server that can says so in a block of its
 * storage_info region behind sDDF's structure, which sDDF's own servers leave zero; a client sends
 * the codes only to a server that says so. Thus sDDF's components never see them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sddf/blk/queue.h>
#include <sddf/blk/storage_info.h>

/* Request codes, far from where sDDF's may grow. `count` blocks from `block_number` on; no data,
 * and `io_or_offset` is 0. */
#define BLK_REQ_DISCARD      ((blk_req_code_t)0x100) /* what the blocks hold afterwards is open */
#define BLK_REQ_WRITE_ZEROES ((blk_req_code_t)0x101) /* they hold zeroes; FLUSH as for a write */

/*
 * READ and WRITE whose blocks lie in pages anywhere in the client's data region: `io_or_offset` is
 * not the data's but that of a table, aligned to its words, of `count` of them (BLK_TABLE_WORD
 * bytes each). The word of a block is the number of its page, from 0 at the beginning of the data
 * region. The table lies in the data region as well and stays as it is until the answer.
 */
#define BLK_REQ_READ_SCATTERED  ((blk_req_code_t)0x102)
#define BLK_REQ_WRITE_SCATTERED ((blk_req_code_t)0x103)
#define BLK_TABLE_WORD          4

/* A client's `partition` in the virtualiser's configuration: all of the disk, whatever tables it
 * has.
 */
#define BLK_PARTITION_WHOLE_DISK UINT32_MAX

#define BLK_EXTENSION_OFFSET  0x400                /* in the region of storage_info */
#define BLK_EXTENSION_MAGIC   UINT32_C(0x42765244) /* "DRvB" */
#define BLK_EXTENSION_VERSION 1

#define BLK_EXTENSION_DISCARD      (UINT32_C(1) << 0)
#define BLK_EXTENSION_WRITE_ZEROES (UINT32_C(1) << 1)
#define BLK_EXTENSION_SCATTERED    (UINT32_C(1) << 2)

typedef struct blk_extension {
    uint32_t magic;
    uint32_t version;
    uint32_t features;          /* BLK_EXTENSION_* */
    uint16_t max_discard;       /* blocks in one request; at least 1 if it is offered */
    uint16_t max_write_zeroes;  /* the same */
    uint32_t discard_alignment; /* blocks: what the device can discard at once; at least 1 */
} blk_extension_t;

_Static_assert(sizeof(blk_extension_t) == 20 &&
                   BLK_EXTENSION_OFFSET >= sizeof(blk_storage_info_t) &&
                   BLK_EXTENSION_OFFSET + sizeof(blk_extension_t) <= BLK_STORAGE_INFO_REGION_SIZE,
               "a layout of two programs");

/* Whether the request's data lies in the pages of a table. */
static inline bool blk_req_is_scattered(blk_req_code_t code)
{
    return code == BLK_REQ_READ_SCATTERED || code == BLK_REQ_WRITE_SCATTERED;
}

/* Whether the request has the disk's contents put somewhere, or taken from somewhere. */
static inline bool blk_req_is_read(blk_req_code_t code)
{
    return code == BLK_REQ_READ || code == BLK_REQ_READ_SCATTERED;
}

static inline bool blk_req_is_write(blk_req_code_t code)
{
    return code == BLK_REQ_WRITE || code == BLK_REQ_WRITE_SCATTERED;
}

/* What a block of such a request takes at `io_or_offset`, in bytes. */
static inline uint32_t blk_req_stride(blk_req_code_t code)
{
    return blk_req_is_scattered(code) ? BLK_TABLE_WORD : BLK_TRANSFER_SIZE;
}

/* Writes the block: `features` and what goes with them; magic and version are filled in. For the
 * server, before blk_storage_set_ready(). The region is at least BLK_STORAGE_INFO_REGION_SIZE bytes
 * long. */
static inline void blk_extension_write(blk_storage_info_t *storage_info, blk_extension_t extension)
{
    extension.magic = BLK_EXTENSION_MAGIC;
    extension.version = BLK_EXTENSION_VERSION;
    *(blk_extension_t *)((char *)storage_info + BLK_EXTENSION_OFFSET) = extension;
}

/* A copy of the block with only what this version knows and what makes sense; all zero if the
 * server has none. For the client, once storage_info is ready. */
static inline blk_extension_t blk_extension_read(const blk_storage_info_t *storage_info)
{
    const volatile blk_extension_t *shared =
        (const volatile blk_extension_t *)((const char *)storage_info + BLK_EXTENSION_OFFSET);
    blk_extension_t extension = *shared;
    if (extension.magic != BLK_EXTENSION_MAGIC || extension.version != BLK_EXTENSION_VERSION) {
        return (blk_extension_t){0};
    }
    extension.features &=
        BLK_EXTENSION_DISCARD | BLK_EXTENSION_WRITE_ZEROES | BLK_EXTENSION_SCATTERED;
    if (extension.max_discard == 0) {
        extension.features &= ~BLK_EXTENSION_DISCARD;
    }
    if (extension.max_write_zeroes == 0) {
        extension.features &= ~BLK_EXTENSION_WRITE_ZEROES;
    }
    if (extension.discard_alignment == 0) {
        extension.discard_alignment = 1;
    }
    return extension;
}
