/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Requests of the guest (virtio 1.2, 5.2.6): checked, cut into parts, and answered when all parts
 * are. One request is cut at a time; if the server or the bounce area is full it is gone on with
 * when answers come. Everything that the guest wrote into a request is copied once.
 */
#include "block_device.h"

#include "compiler.h"
#include "platform.h"

/* 5.2.6: what a request begins with. */
struct request_header {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
};

/* A range of DISCARD or WRITE_ZEROES. */
struct request_range {
    uint64_t sector;
    uint32_t sectors;
    uint32_t flags;
};

#define RANGE_UNMAP 1  /* WRITE_ZEROES only */
#define RANGE_COUNT 16 /* max_discard_seg, max_write_zeroes_seg in block.c */

#define BOUNCE_RUN 16 /* pages: more are another part */

static struct virtio_blk_request *current_request(struct virtio_blk_device *dev)
{
    return &dev->requests[dev->cutter.queue][dev->cutter.head];
}

/* ---- The end of a request ---- */

static void request_finish(struct virtio_blk_device *dev, unsigned queue, uint16_t head)
{
    struct virtio_blk_request *request = &dev->requests[queue][head];
    if (request->kept != 0) {
        dev->kept_used &= ~(1u << (request->kept - 1));
        request->kept = 0;
    }
    *(volatile uint8_t *)request->status = request->result;
    virtio_queue_push(&dev->virtio_device, queue, head,
                      request->result == VIRTIO_BLK_S_OK ? request->written : 0);
}

/* All parts are answered: of a write that must not stay in a cache, the flush is left. */
static void request_parts_done(struct virtio_blk_device *dev, unsigned queue, uint16_t head)
{
    struct virtio_blk_request *request = &dev->requests[queue][head];
    if (request->result == VIRTIO_BLK_S_OK && request->flush_after) {
        struct virtio_blk_part flush = {
            .code = VIRTIO_BLK_T_FLUSH, .queue = (uint16_t)queue, .head = head};
        request->flush_after = false;
        if (block_part_has_room(dev) && block_part_send(dev, &flush, BLK_REQ_FLUSH, 0, 0)) {
            request->parts++;
            return;
        }
        request->result = VIRTIO_BLK_S_IOERR;
    }
    request_finish(dev, queue, head);
}

void block_request_answered(struct virtio_blk_device *dev, unsigned queue, uint16_t head,
                            bool is_good)
{
    struct virtio_blk_request *request = &dev->requests[queue][head];
    request->parts--;
    if (!is_good) {
        request->result = VIRTIO_BLK_S_IOERR;
    }
    if (request->is_cut && request->parts == 0) {
        request_parts_done(dev, queue, head);
    }
}

/* No more parts of the current request are sent. */
static void cutter_end(struct virtio_blk_device *dev, uint8_t result)
{
    struct virtio_blk_request *request = current_request(dev);
    if (result != VIRTIO_BLK_S_OK) {
        request->result = result;
    }
    request->is_cut = true;
    dev->cutter.is_active = false;
    if (request->parts == 0) {
        request_parts_done(dev, dev->cutter.queue, dev->cutter.head);
    }
}

/* Sends a part of the current request. */
static bool cutter_send(struct virtio_blk_device *dev, struct virtio_blk_part part,
                        blk_req_code_t code, uint64_t data_offset)
{
    part.queue = dev->cutter.queue;
    part.head = dev->cutter.head;
    part.code = (uint8_t)dev->cutter.type;
    if (!block_part_send(dev, &part, code, data_offset, dev->cutter.block)) {
        return false;
    }
    current_request(dev)->parts++;
    dev->cutter.block += part.count;
    return true;
}

/* ---- Reading and writing ---- */

static void cutter_advance(const struct virtio_chain *chain, struct virtio_blk_cutter *cutter,
                           uint32_t size)
{
    cutter->offset += size;
    cutter->segment_offset += size;
    while (cutter->offset < cutter->size &&
           cutter->segment_offset >= chain->segments[cutter->segment].size) {
        cutter->segment_offset -= chain->segments[cutter->segment].size;
        cutter->segment++;
    }
}

/* Blocks from here on that the server can reach where they are, in one piece; 0: the next one has
 * to go through the bounce area. */
static uint32_t direct_blocks(const struct virtio_blk_device *dev,
                              const struct virtio_blk_cutter *cutter, uint64_t *data_offset)
{
    const struct virtio_segment *segment = &dev->chain.segments[cutter->segment];
    uintptr_t va = (uintptr_t)segment->va + cutter->segment_offset;
    uint64_t offset = va - dev->data_region;
    uint32_t left = cutter->size - cutter->offset;
    uint32_t size = segment->size - cutter->segment_offset;
    if (va < dev->data_region || offset >= dev->direct_size || offset % BLK_TRANSFER_SIZE != 0) {
        return 0;
    }
    /* Segments that lie one behind the other are one piece. */
    while (size < left && segment[1].va == segment->va + segment->size) {
        segment++;
        size += segment->size;
    }
    size = size < left ? size : left;
    size = size < dev->direct_size - offset ? size : (uint32_t)(dev->direct_size - offset);
    *data_offset = offset;
    uint32_t blocks = size / BLK_TRANSFER_SIZE;
    return blocks < UINT16_MAX ? blocks : UINT16_MAX;
}

/* Keeps the chain of a read until its data comes. False: there is no room now. */
static bool chain_keep(struct virtio_blk_device *dev)
{
    struct virtio_blk_request *request = current_request(dev);
    if (dev->cutter.type != VIRTIO_BLK_T_IN || request->kept != 0) {
        return true;
    }
    if (dev->kept_used == UINT32_MAX) {
        return false;
    }
    unsigned index = (unsigned)__builtin_ctz(~dev->kept_used);
    struct virtio_chain *kept = &dev->kept[index];
    dev->kept_used |= 1u << index;
    request->kept = (uint8_t)(index + 1);
    unsigned count = (unsigned)dev->chain.read_count + dev->chain.write_count;
    kept->read_count = dev->chain.read_count;
    kept->write_count = dev->chain.write_count;
    __builtin_memcpy(kept->segments, dev->chain.segments, count * sizeof(kept->segments[0]));
    return true;
}
_Static_assert(VIRTIO_BLK_KEPT_COUNT == 32, "a bit each");

/* How many blocks from here on have to go through the bounce area, up to BOUNCE_RUN. */
static uint32_t bounce_blocks(const struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter ahead = dev->cutter;
    uint64_t data_offset;
    uint32_t count = 0;
    do {
        cutter_advance(&dev->chain, &ahead, BLK_TRANSFER_SIZE);
        count++;
    } while (count < BOUNCE_RUN && ahead.offset < ahead.size &&
             direct_blocks(dev, &ahead, &data_offset) == 0);
    return count;
}

/* Sends the next part through the bounce area. False: not now. */
static bool bounce_send(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    if (dev->bounce_pages == 0) {
        cutter_end(dev, VIRTIO_BLK_S_IOERR);
        return true;
    }
    if (!chain_keep(dev)) {
        return false;
    }
    uint16_t page;
    uint32_t count = block_bounce_alloc(dev, bounce_blocks(dev), &page);
    if (count == 0) {
        return false;
    }
    uint32_t size = count * BLK_TRANSFER_SIZE;
    uint64_t data_offset = block_bounce_offset(dev, page);
    if (cutter->type == VIRTIO_BLK_T_OUT) {
        virtio_chain_read(&dev->chain, cutter->offset, (void *)(dev->data_region + data_offset),
                          size);
    }
    struct virtio_blk_part part = {.offset = cutter->offset,
                                   .count = (uint16_t)count,
                                   .bounce = page,
                                   .bounce_count = (uint16_t)count};
    blk_req_code_t code = cutter->type == VIRTIO_BLK_T_IN ? BLK_REQ_READ : BLK_REQ_WRITE;
    if (!cutter_send(dev, part, code, data_offset)) {
        block_bounce_free(dev, page, count);
        return false;
    }
    cutter_advance(&dev->chain, cutter, size);
    return true;
}

/* Sends what the server can reach in one piece, or where it has to go through the bounce area, the
 * next part of that. False: not now. */
static bool piece_send(struct virtio_blk_device *dev, uint32_t count, uint64_t data_offset)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    if (count == 0) {
        return bounce_send(dev);
    }
    struct virtio_blk_part part = {.offset = cutter->offset, .count = (uint16_t)count};
    blk_req_code_t code = cutter->type == VIRTIO_BLK_T_IN ? BLK_REQ_READ : BLK_REQ_WRITE;
    if (!cutter_send(dev, part, code, data_offset)) {
        return false;
    }
    cutter_advance(&dev->chain, cutter, count * BLK_TRANSFER_SIZE);
    return true;
}

/* Writes the pages from `ahead` on into the table, up to the first that has to go through the
 * bounce area, and advances it past them. The first `count` are known. */
static uint16_t table_fill(const struct virtio_blk_device *dev, unsigned table,
                           struct virtio_blk_cutter *ahead, uint32_t count, uint64_t data_offset)
{
    uint32_t *words = (uint32_t *)(dev->data_region + block_table_offset(dev, table));
    uint32_t filled = 0;
    while (count != 0) {
        uint32_t room = VIRTIO_BLK_TABLE_PAGES - filled;
        count = count < room ? count : room;
        for (uint32_t i = 0; i < count; i++) {
            words[filled++] = (uint32_t)(data_offset / BLK_TRANSFER_SIZE) + i;
        }
        cutter_advance(&dev->chain, ahead, count * BLK_TRANSFER_SIZE);
        bool has_more = filled < VIRTIO_BLK_TABLE_PAGES && ahead->offset < ahead->size;
        count = has_more ? direct_blocks(dev, ahead, &data_offset) : 0;
    }
    return (uint16_t)filled;
}

/* Sends what lies in many places as one part. False: not now. */
static bool scattered_send(struct virtio_blk_device *dev, unsigned table, uint32_t count,
                           uint64_t data_offset)
{
    struct virtio_blk_cutter ahead = dev->cutter;
    struct virtio_blk_part part = {.offset = ahead.offset, .table = (uint16_t)(table + 1)};
    part.count = table_fill(dev, table, &ahead, count, data_offset);
    blk_req_code_t code =
        ahead.type == VIRTIO_BLK_T_IN ? BLK_REQ_READ_SCATTERED : BLK_REQ_WRITE_SCATTERED;
    if (!cutter_send(dev, part, code, block_table_offset(dev, table))) {
        block_table_free(dev, table);
        return false;
    }
    ahead.block = dev->cutter.block;
    dev->cutter = ahead;
    return true;
}

static bool transfer_send(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    uint64_t data_offset;
    uint32_t count = direct_blocks(dev, cutter, &data_offset);
    unsigned table;
    bool is_scattered = count != 0 && count * BLK_TRANSFER_SIZE < cutter->size - cutter->offset &&
                        (dev->extension.features & BLK_EXTENSION_SCATTERED) != 0 &&
                        block_table_alloc(dev, &table);
    if (!(is_scattered ? scattered_send(dev, table, count, data_offset)
                       : piece_send(dev, count, data_offset))) {
        return false;
    }
    if (cutter->is_active && cutter->offset == cutter->size) {
        cutter_end(dev, VIRTIO_BLK_S_OK);
    }
    return true;
}

/* ---- Discard and write zeroes ---- */

/* Takes the next range. Returns how it is: OK, or what the request ends with. */
static uint8_t range_next(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    struct request_range range;
    virtio_chain_read(&dev->chain, cutter->offset, &range, sizeof(range));
    cutter->offset += (uint32_t)sizeof(range);
    bool is_discard = cutter->type == VIRTIO_BLK_T_DISCARD;
    if ((range.flags & ~(is_discard ? 0u : RANGE_UNMAP)) != 0) {
        return VIRTIO_BLK_S_UNSUPP; /* 5.2.6.2 */
    }
    uint64_t sectors = dev->blocks * BLOCK_SECTORS;
    if (range.sector >= sectors || range.sectors > sectors - range.sector) {
        return VIRTIO_BLK_S_IOERR;
    }
    uint64_t first = range.sector / BLOCK_SECTORS;
    uint64_t end = (range.sector + range.sectors) / BLOCK_SECTORS;
    if (range.sector % BLOCK_SECTORS != 0 || range.sectors % BLOCK_SECTORS != 0) {
        if (!is_discard) {
            return VIRTIO_BLK_S_IOERR;
        }
        /* Only whole blocks are given up. */
        first = (range.sector + BLOCK_SECTORS - 1) / BLOCK_SECTORS;
    }
    cutter->block = first;
    cutter->range_left = end > first ? (uint32_t)(end - first) : 0;
    return VIRTIO_BLK_S_OK;
}

/* Sends a part of the range in hand. A server that does not know discard need not do anything; one
 * that cannot write zeroes is given some. */
static bool range_send(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    bool is_discard = cutter->type == VIRTIO_BLK_T_DISCARD;
    uint32_t feature = is_discard ? BLK_EXTENSION_DISCARD : BLK_EXTENSION_WRITE_ZEROES;
    uint32_t limit = is_discard ? dev->extension.max_discard : dev->extension.max_write_zeroes;
    blk_req_code_t code = is_discard ? BLK_REQ_DISCARD : BLK_REQ_WRITE_ZEROES;
    uint64_t data_offset = 0;
    if ((dev->extension.features & feature) == 0) {
        if (is_discard) {
            cutter->range_left = 0;
            return true;
        }
        code = BLK_REQ_WRITE;
        limit = dev->zero_pages;
        data_offset = block_bounce_offset(dev, dev->bounce_pages);
        if (limit == 0) {
            cutter_end(dev, VIRTIO_BLK_S_IOERR);
            return true;
        }
    }
    uint32_t count = cutter->range_left < limit ? cutter->range_left : limit;
    if (!cutter_send(dev, (struct virtio_blk_part){.count = (uint16_t)count}, code, data_offset)) {
        return false;
    }
    cutter->range_left -= count;
    return true;
}

static bool ranges_send(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    if (cutter->range_left != 0) {
        return range_send(dev);
    }
    if (cutter->offset == cutter->size) {
        cutter_end(dev, VIRTIO_BLK_S_OK);
        return true;
    }
    uint8_t result = range_next(dev);
    if (result != VIRTIO_BLK_S_OK) {
        cutter_end(dev, result);
    }
    return true;
}

/* ---- The beginning of a request ---- */

/* Sends the next part of the current request. False: not now. */
static bool cutter_continue(struct virtio_blk_device *dev)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    if (current_request(dev)->result != VIRTIO_BLK_S_OK) {
        cutter_end(dev, VIRTIO_BLK_S_OK); /* a part has failed, and with it the rest */
        return true;
    }
    if (!block_part_has_room(dev)) {
        return false;
    }
    if (cutter->type == VIRTIO_BLK_T_IN || cutter->type == VIRTIO_BLK_T_OUT) {
        return transfer_send(dev);
    }
    if (cutter->type == VIRTIO_BLK_T_FLUSH) {
        if (!cutter_send(dev, (struct virtio_blk_part){0}, BLK_REQ_FLUSH, 0)) {
            return false;
        }
        cutter_end(dev, VIRTIO_BLK_S_OK);
        return true;
    }
    return ranges_send(dev);
}

/* Whether every write has to be on the disk before it is answered (5.2.6.2). */
static bool is_write_through(const struct virtio_blk_device *dev)
{
    const struct virtio_device *device = &dev->virtio_device;
    return virtio_has_feature(device, VIRTIO_BLK_F_CONFIG_WCE)
               ? dev->config.writeback == 0
               : !virtio_has_feature(device, VIRTIO_BLK_F_FLUSH);
}

/* Checks the current request as a whole; OK, or what it ends with. */
static uint8_t request_check(struct virtio_blk_device *dev, uint64_t sector)
{
    struct virtio_blk_cutter *cutter = &dev->cutter;
    uint64_t sectors = dev->blocks * BLOCK_SECTORS;
    const struct virtio_device *device = &dev->virtio_device;
    switch (cutter->type) {
    case VIRTIO_BLK_T_IN:
    case VIRTIO_BLK_T_OUT:
        if (cutter->size % BLK_TRANSFER_SIZE != 0 || sector % BLOCK_SECTORS != 0 ||
            sector > sectors || cutter->size / VIRTIO_BLK_SECTOR_SIZE > sectors - sector ||
            (cutter->type == VIRTIO_BLK_T_OUT && dev->is_read_only)) {
            return VIRTIO_BLK_S_IOERR;
        }
        cutter->block = sector / BLOCK_SECTORS;
        return VIRTIO_BLK_S_OK;
    case VIRTIO_BLK_T_FLUSH:
        return dev->blocks != 0 ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
    case VIRTIO_BLK_T_DISCARD:
    case VIRTIO_BLK_T_WRITE_ZEROES:
        if (!virtio_has_feature(device, cutter->type == VIRTIO_BLK_T_DISCARD
                                            ? VIRTIO_BLK_F_DISCARD
                                            : VIRTIO_BLK_F_WRITE_ZEROES)) {
            return VIRTIO_BLK_S_UNSUPP;
        }
        return cutter->size % sizeof(struct request_range) != 0 || cutter->size == 0 ||
                       cutter->size / sizeof(struct request_range) > BLOCK_RANGE_COUNT ||
                       dev->is_read_only
                   ? VIRTIO_BLK_S_IOERR
                   : VIRTIO_BLK_S_OK;
    default:
        return VIRTIO_BLK_S_UNSUPP;
    }
}

/* Takes the header and the status byte off the chain, so that its readable or its writable part is
 * the data. False: it has none of these. */
static bool chain_trim(struct virtio_chain *chain, struct request_header *header, uint8_t **status)
{
    if (virtio_chain_read(chain, 0, header, sizeof(*header)) != sizeof(*header) ||
        chain->write_size == 0) {
        return false;
    }
    uint32_t left = sizeof(*header);
    for (struct virtio_segment *segment = chain->segments; left != 0; segment++) {
        uint32_t size = segment->size < left ? segment->size : left;
        segment->va += size;
        segment->size -= size;
        left -= size;
    }
    struct virtio_segment *last = &chain->segments[chain->read_count + chain->write_count - 1];
    last->size--;
    *status = last->va + last->size;
    return true;
}

/* Makes the chain the current request. */
static void request_begin(struct virtio_blk_device *dev, unsigned queue)
{
    struct virtio_chain *chain = &dev->chain;
    struct request_header header;
    uint8_t *status;
    if (!chain_trim(chain, &header, &status)) {
        virtio_device_break(&dev->virtio_device,
                            "a request has a header and a byte for its status (5.2.6)");
        return;
    }
    bool is_in = header.type == VIRTIO_BLK_T_IN || header.type == VIRTIO_BLK_T_GET_ID;
    struct virtio_blk_cutter *cutter = &dev->cutter;
    *cutter = (struct virtio_blk_cutter){
        .is_active = true,
        .queue = (uint16_t)queue,
        .head = chain->head,
        .type = header.type,
        .segment = is_in ? chain->read_count : 0,
        .size = is_in ? chain->write_size - 1 : chain->read_size - (uint32_t)sizeof(header),
    };
    *current_request(dev) = (struct virtio_blk_request){
        .status = status,
        .written = is_in ? chain->write_size : chain->write_size == 1,
        .flush_after =
            (header.type == VIRTIO_BLK_T_OUT || header.type == VIRTIO_BLK_T_WRITE_ZEROES) &&
            is_write_through(dev),
    };
    cutter_advance(chain, cutter, 0); /* past segments of which nothing is left */
    if (header.type == VIRTIO_BLK_T_GET_ID) {
        uint32_t size =
            cutter->size < sizeof(dev->serial) ? cutter->size : (uint32_t)sizeof(dev->serial);
        virtio_chain_write(chain, 0, dev->serial, size);
        current_request(dev)->written = cutter->size == size ? size + 1 : size;
        cutter_end(dev, VIRTIO_BLK_S_OK);
        return;
    }
    uint8_t result = request_check(dev, header.sector);
    if (result != VIRTIO_BLK_S_OK || (cutter->size == 0 && cutter->type != VIRTIO_BLK_T_FLUSH)) {
        cutter_end(dev, result);
    }
}

/* Takes a request from the next queue that has one. */
static bool request_take(struct virtio_blk_device *dev)
{
    for (unsigned i = 0; i < VIRTIO_BLK_QUEUE_COUNT; i++) {
        unsigned queue = (dev->next_queue + i) % VIRTIO_BLK_QUEUE_COUNT;
        if (virtio_queue_pop(&dev->virtio_device, queue, &dev->chain)) {
            dev->next_queue = (queue + 1) % VIRTIO_BLK_QUEUE_COUNT;
            request_begin(dev, queue);
            return true;
        }
    }
    return false;
}

void block_requests_serve(struct virtio_blk_device *dev)
{
    bool goes_on = dev->stale_count == 0;
    while (goes_on) {
        goes_on = dev->cutter.is_active ? cutter_continue(dev) : request_take(dev);
    }
    for (unsigned i = 0; i < VIRTIO_BLK_QUEUE_COUNT; i++) {
        virtio_queue_publish(&dev->virtio_device, i);
    }
    if (dev->server_notify) {
        dev->server_notify = false;
        platform_notify((unsigned)dev->server_ch);
    }
}

void block_requests_reset(struct virtio_blk_device *dev)
{
    dev->cutter.is_active = false;
    dev->kept_used = 0;
    dev->next_queue = 0;
    dev->stale_count = dev->part_count - dev->is_awaiting;
}
