/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts of the block device among themselves: block.c is the device, block_request.c the
 * guest's requests, block_part.c the server's.
 */
#pragma once

#include <libvmm/virtio/block.h>

#define BLOCK_RANGE_COUNT 16 /* of DISCARD and WRITE_ZEROES, in one request */
#define BLOCK_SECTORS     (BLK_TRANSFER_SIZE / VIRTIO_BLK_SECTOR_SIZE)

/* ---- block_request.c ---- */

/* Takes requests from the guest, cuts them and sends the parts, as far as the server has room; then
 * shows the guest what is done, and notifies the server. */
void block_requests_serve(struct virtio_blk_device *dev);

/* A part of the request has been answered; `is_good`: in full. */
void block_request_answered(struct virtio_blk_device *dev, unsigned queue, uint16_t head,
                            bool is_good);

/* Forgets all requests: the device was reset. */
void block_requests_reset(struct virtio_blk_device *dev);

/* ---- block_part.c ---- */

void block_parts_init(struct virtio_blk_device *dev);

/* Whether one more part may be sent. */
bool block_part_has_room(struct virtio_blk_device *dev);

/* Sends a part; block_part_has_room(). `template` has everything about it but id and epoch;
 * `data_offset` is in the data region. False: the server has broken its queue. */
bool block_part_send(struct virtio_blk_device *dev, const struct virtio_blk_part *template,
                     blk_req_code_t code, uint64_t data_offset, uint64_t block);

/* Asks the server to be told when there is a disk: by a flush, which is nobody's request. */
void block_part_await(struct virtio_blk_device *dev);

/* Takes the server's answers. */
void block_parts_collect(struct virtio_blk_device *dev);

/* Up to `wanted` pages in a row of the bounce area: how many (0: none is free), the first in
 * `*page`. They are free again when the part that they were given to is answered. */
uint32_t block_bounce_alloc(struct virtio_blk_device *dev, uint32_t wanted, uint16_t *page);
void block_bounce_free(struct virtio_blk_device *dev, uint16_t page, uint32_t count);

/* A free table, which is then in use until the part that it is given to is answered, or until
 * block_table_free(). False: there is none. */
bool block_table_alloc(struct virtio_blk_device *dev, unsigned *table);
void block_table_free(struct virtio_blk_device *dev, unsigned table);

/* Where table `table` is, in the data region. */
static inline uint64_t block_table_offset(const struct virtio_blk_device *dev, unsigned table)
{
    return dev->direct_size + (uint64_t)(dev->bounce_pages + dev->zero_pages) * BLK_TRANSFER_SIZE +
           (uint64_t)table * VIRTIO_BLK_TABLE_PAGES * BLK_TABLE_WORD;
}

/* Where page `page` of the bounce area is, in the data region. */
static inline uint64_t block_bounce_offset(const struct virtio_blk_device *dev, uint32_t page)
{
    return dev->direct_size + (uint64_t)page * BLK_TRANSFER_SIZE;
}
