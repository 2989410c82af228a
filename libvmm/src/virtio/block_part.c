/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The block device's requests to its server, and the bounce area. The server may answer anything:
 * an answer counts once, for the part that is out under its id. What was sent before a reset of the
 * device stays here, with its pages, until it is answered.
 */
#include "block_device.h"

#include "compiler.h"
#include "platform.h"

#define QUEUE_NOBODYS VIRTIO_BLK_QUEUE_COUNT

void block_parts_init(struct virtio_blk_device *dev)
{
    for (uint16_t i = 0; i < VIRTIO_BLK_PART_COUNT; i++) {
        dev->parts[i] = (struct virtio_blk_part){.id = i, .next_free = (uint16_t)(i + 1)};
    }
    dev->first_free_part = 0;
    dev->part_count = 0;
    dev->stale_count = 0;
    dev->part_limit = dev->queue_h.capacity < VIRTIO_BLK_PART_COUNT ? dev->queue_h.capacity
                                                                    : VIRTIO_BLK_PART_COUNT;
}

bool block_part_has_room(struct virtio_blk_device *dev)
{
    return dev->part_count < dev->part_limit && !blk_queue_full_req(&dev->queue_h);
}

bool block_part_send(struct virtio_blk_device *dev, const struct virtio_blk_part *template,
                     blk_req_code_t code, uint64_t data_offset, uint64_t block)
{
    struct virtio_blk_part *part = &dev->parts[dev->first_free_part];
    uint32_t id = part->id;
    if (blk_enqueue_req(&dev->queue_h, code, (uintptr_t)data_offset, block, template->count, id) !=
        0) {
        return false;
    }
    dev->first_free_part = part->next_free;
    *part = *template;
    part->id = id;
    part->epoch = dev->virtio_device.epoch;
    part->is_out = true;
    dev->part_count++;
    dev->server_notify = true;
    return true;
}

void block_part_await(struct virtio_blk_device *dev)
{
    struct virtio_blk_part flush = {.code = VIRTIO_BLK_T_FLUSH, .queue = QUEUE_NOBODYS};
    dev->is_awaiting =
        block_part_has_room(dev) && block_part_send(dev, &flush, BLK_REQ_FLUSH, 0, 0);
    if (dev->is_awaiting) {
        dev->server_notify = false;
        platform_notify((unsigned)dev->server_ch);
    }
}

/* Gives a part's place back; its next user has another id. */
static void part_free(struct virtio_blk_device *dev, struct virtio_blk_part *part)
{
    if (part->bounce_count != 0) {
        block_bounce_free(dev, part->bounce, part->bounce_count);
    }
    if (part->table != 0) {
        block_table_free(dev, part->table - 1u);
    }
    part->is_out = false;
    part->id += VIRTIO_BLK_PART_COUNT;
    part->next_free = dev->first_free_part;
    dev->first_free_part = (uint16_t)(part - dev->parts);
    dev->part_count--;
}

/* What was read into the bounce area goes where the guest wants it. */
static void bounce_deliver(struct virtio_blk_device *dev, const struct virtio_blk_part *part)
{
    const struct virtio_blk_request *request = &dev->requests[part->queue][part->head];
    if (part->code != VIRTIO_BLK_T_IN || part->bounce_count == 0 || request->kept == 0) {
        return;
    }
    const uint8_t *from =
        (const uint8_t *)(dev->data_region + block_bounce_offset(dev, part->bounce));
    virtio_chain_write(&dev->kept[request->kept - 1], part->offset, from,
                       (uint32_t)part->count * BLK_TRANSFER_SIZE);
}

static void part_answered(struct virtio_blk_device *dev, struct virtio_blk_part *part,
                          blk_resp_status_t status, uint16_t success_count)
{
    bool has_count = part->code == VIRTIO_BLK_T_IN || part->code == VIRTIO_BLK_T_OUT;
    bool is_good = status == BLK_RESP_OK && (!has_count || success_count == part->count);
    unsigned queue = part->queue;
    uint16_t head = part->head;
    if (UNLIKELY(queue == QUEUE_NOBODYS)) {
        dev->is_awaiting = false;
        part_free(dev, part);
        return;
    }
    if (UNLIKELY(part->epoch != dev->virtio_device.epoch)) {
        dev->stale_count--;
        part_free(dev, part);
        return;
    }
    if (is_good) {
        bounce_deliver(dev, part);
    }
    part_free(dev, part);
    block_request_answered(dev, queue, head, is_good);
}

void block_parts_collect(struct virtio_blk_device *dev)
{
    /* As many as can be there: a server that answers without end does not keep us. */
    for (uint32_t left = dev->queue_h.capacity; left != 0; left--) {
        blk_resp_status_t status;
        uint16_t success_count;
        uint32_t id;
        if (blk_dequeue_resp(&dev->queue_h, &status, &success_count, &id) != 0) {
            return;
        }
        struct virtio_blk_part *part = &dev->parts[id % VIRTIO_BLK_PART_COUNT];
        if (LIKELY(part->is_out && part->id == id)) {
            part_answered(dev, part, status, success_count);
        }
    }
}

bool block_table_alloc(struct virtio_blk_device *dev, unsigned *table)
{
    if (dev->tables_free == 0) {
        return false;
    }
    *table = (unsigned)__builtin_ctzll(dev->tables_free);
    dev->tables_free &= dev->tables_free - 1;
    return true;
}

void block_table_free(struct virtio_blk_device *dev, unsigned table)
{
    dev->tables_free |= 1ull << table;
}
_Static_assert(VIRTIO_BLK_TABLE_COUNT == 64, "a bit each");

static bool page_is_used(const struct virtio_blk_device *dev, uint32_t page)
{
    return (dev->bounce_used[page / 64] >> page % 64 & 1) != 0;
}

uint32_t block_bounce_alloc(struct virtio_blk_device *dev, uint32_t wanted, uint16_t *page)
{
    uint32_t best = 0;
    *page = 0;
    uint32_t run = 0;
    for (uint32_t i = 0; i < dev->bounce_pages && best < wanted; i++) {
        run = page_is_used(dev, i) ? 0 : run + 1;
        if (run > best) {
            best = run;
            *page = (uint16_t)(i + 1 - run);
        }
    }
    for (uint32_t i = *page; i < (uint32_t)*page + best; i++) {
        dev->bounce_used[i / 64] |= 1ull << i % 64;
    }
    dev->bounce_used_count += best;
    return best;
}

void block_bounce_free(struct virtio_blk_device *dev, uint16_t page, uint32_t count)
{
    for (uint32_t i = page; i < page + count; i++) {
        dev->bounce_used[i / 64] &= ~(1ull << i % 64);
    }
    dev->bounce_used_count -= count;
}
