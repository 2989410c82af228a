/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See net_merge.h.
 */
#include "net_merge.h"

#include "net_copy.h"
#include "net_cursor.h"

#define HEADER_SIZE sizeof(struct virtio_net_hdr_mrg_rxbuf)

/* The guest's next buffer. False: there is none, and the guest has been asked to notify. */
static bool buffer_take(struct virtio_net_device *net)
{
    struct virtio_device *device = &net->virtio_device;
    return virtio_queue_pop(device, VIRTIO_NET_RX_VIRTQ, &net->received) ||
           (virtio_queue_notify_enable(device, VIRTIO_NET_RX_VIRTQ) &&
            virtio_queue_pop(device, VIRTIO_NET_RX_VIRTQ, &net->received));
}

/* Writes the header, and notes where the number of buffers goes, which is known at the end only. */
static void header_write(struct virtio_net_merge *merge, const struct virtio_segment *segment)
{
    static const struct virtio_net_hdr header;
    uint32_t length;
    merge->begin_va = segment->va;
    merge->begin_size = segment->size;
    merge->flags_va = virtio_net_cursor_take(&merge->cursor, 1, &length);
    *merge->flags_va = header.flags;
    virtio_net_cursor_copy_in(&merge->cursor, (const uint8_t *)&header + 1, sizeof header - 1,
                              NULL);
    merge->count_va[0] = virtio_net_cursor_take(&merge->cursor, 1, &length);
    merge->count_va[1] = virtio_net_cursor_take(&merge->cursor, 1, &length);
}

/* Takes one more buffer of the guest's for the frame, of which `left` bytes are to come. */
static enum net_merge_result buffer_add(struct virtio_net_device *net, uint32_t left)
{
    struct virtio_net_merge *merge = &net->merge;
    const struct virtio_chain *chain = &net->received;
    bool is_first = merge->count == 0;
    bool may_merge = virtio_has_feature(&net->virtio_device, VIRTIO_NET_F_MRG_RXBUF);
    if (merge->count == VIRTIO_NET_MERGE_MAX || (!is_first && !may_merge)) {
        return NET_MERGE_NO_ROOM;
    }
    if (!buffer_take(net)) {
        return NET_MERGE_WAITS;
    }
    if (is_first && chain->write_size < HEADER_SIZE + (may_merge ? 0 : left)) {
        virtio_queue_unpop(&net->virtio_device, VIRTIO_NET_RX_VIRTQ, chain->head);
        return NET_MERGE_NO_ROOM;
    }
    merge->cursor = virtio_net_cursor_write(chain);
    merge->heads[merge->count] = chain->head;
    merge->sizes[merge->count] = is_first ? HEADER_SIZE : 0;
    merge->count++;
    if (is_first) {
        header_write(merge, merge->cursor.segments);
    }
    return NET_MERGE_DONE;
}

/* Puts what fits into the buffers that there are; returns how many bytes. */
static uint32_t part_put(struct virtio_net_merge *merge, const uint8_t *from, uint32_t length,
                         bool is_odd, uint64_t *sum)
{
    uint64_t part_sum = 0;
    uint32_t part =
        virtio_net_cursor_copy_in(&merge->cursor, from, length, sum != NULL ? &part_sum : NULL);
    if (sum != NULL) {
        *sum = virtio_net_sum_add(*sum, is_odd ? virtio_net_sum_swap(part_sum) : part_sum);
    }
    merge->sizes[merge->count - 1] += part;
    merge->done += part;
    return part;
}

enum net_merge_result virtio_net_merge_put(struct virtio_net_device *net, const uint8_t *from,
                                           uint32_t length, uint64_t *sum)
{
    struct virtio_net_merge *merge = &net->merge;
    enum net_merge_result result = NET_MERGE_DONE;
    uint32_t put = 0;
    if (merge->count != 0) {
        put = part_put(merge, from, length, false, sum);
    }
    while (put != length && (result = buffer_add(net, length - put)) == NET_MERGE_DONE) {
        put += part_put(merge, from + put, length - put, (put & 1) != 0, sum);
    }
    return result;
}

struct net_merge_mark virtio_net_merge_mark(const struct virtio_net_merge *merge)
{
    return (struct net_merge_mark){
        .count = merge->count, .size = merge->sizes[merge->count - 1], .done = merge->done};
}

void virtio_net_merge_undo(struct virtio_net_device *net, const struct net_merge_mark *mark)
{
    struct virtio_net_merge *merge = &net->merge;
    while (merge->count != mark->count) {
        merge->count--;
        virtio_queue_unpop(&net->virtio_device, VIRTIO_NET_RX_VIRTQ, merge->heads[merge->count]);
    }
    merge->sizes[merge->count - 1] = mark->size;
    merge->done = mark->done;
}

bool virtio_net_merge_can_rewrite(const struct virtio_net_merge *merge, uint32_t length)
{
    return merge->begin_size >= HEADER_SIZE + length;
}

void virtio_net_merge_rewrite(struct virtio_net_merge *merge, const struct virtio_net_hdr *header,
                              const uint8_t *from, uint32_t length)
{
    virtio_net_copy(merge->begin_va, header, sizeof *header);
    virtio_net_copy(merge->begin_va + HEADER_SIZE, from, length);
}

void virtio_net_merge_set_checked(struct virtio_net_merge *merge)
{
    *merge->flags_va = VIRTIO_NET_HDR_F_DATA_VALID;
}

void virtio_net_merge_end(struct virtio_net_device *net)
{
    struct virtio_net_merge *merge = &net->merge;
    *merge->count_va[0] = (uint8_t)merge->count;
    *merge->count_va[1] = 0;
    for (unsigned i = 0; i < merge->count; i++) {
        virtio_queue_push(&net->virtio_device, VIRTIO_NET_RX_VIRTQ, merge->heads[i],
                          merge->sizes[i]);
    }
    virtio_net_merge_reset(merge);
}

void virtio_net_merge_reset(struct virtio_net_merge *merge)
{
    merge->count = 0;
    merge->done = 0;
    merge->sum = 0;
}
