/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies out of and into the segments of a buffer, one after the other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libvmm/virtio/net_frame.h>

/* The beginning of the part of a chain that the device reads, or writes. */
static inline struct virtio_net_cursor virtio_net_cursor_read(const struct virtio_chain *chain)
{
    return (struct virtio_net_cursor){.segments = chain->segments,
                                      .segment_count = chain->read_count};
}

static inline struct virtio_net_cursor virtio_net_cursor_write(const struct virtio_chain *chain)
{
    return (struct virtio_net_cursor){.segments = chain->segments + chain->read_count,
                                      .segment_count = chain->write_count};
}

/* The next bytes that lie in one segment, at most `most` (not 0), and in `*length` how many; the
 * cursor moves behind them. NULL: it is at the end. */
static inline uint8_t *virtio_net_cursor_take(struct virtio_net_cursor *cursor, uint32_t most,
                                              uint32_t *length)
{
    while (cursor->index < cursor->segment_count) {
        const struct virtio_segment *segment = &cursor->segments[cursor->index];
        uint32_t left = segment->size - cursor->offset;
        if (left != 0) {
            uint8_t *va = segment->va + cursor->offset;
            *length = left < most ? left : most;
            cursor->offset += *length;
            return va;
        }
        cursor->index++;
        cursor->offset = 0;
    }
    return NULL;
}

/* Copies `length` bytes, or what is left, from the cursor on to VA `to`. */
void virtio_net_cursor_copy_out(struct virtio_net_cursor *cursor, uint8_t *to, uint32_t length);

/* The same; returns `sum` with the sum (net_copy.h) of the bytes, the first of which is at an even
 * place. */
uint64_t virtio_net_cursor_sum_out(struct virtio_net_cursor *cursor, uint8_t *to, uint32_t length,
                                   uint64_t sum);

/* Copies up to `length` bytes from VA `from` to where the cursor is; returns how many. If `sum` is
 * not NULL, their sum is added to it, as if the first were at an even place. */
uint32_t virtio_net_cursor_copy_in(struct virtio_net_cursor *cursor, const uint8_t *from,
                                   uint32_t length, uint64_t *sum);

/* Moves on by `length` bytes, or to the end. */
void virtio_net_cursor_skip(struct virtio_net_cursor *cursor, uint32_t length);
