/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies between segments and flat memory.
 */
#include "net_cursor.h"

#include "net_copy.h"

void virtio_net_cursor_copy_out(struct virtio_net_cursor *cursor, uint8_t *to, uint32_t length)
{
    uint32_t taken;
    const uint8_t *from;
    while (length != 0 && (from = virtio_net_cursor_take(cursor, length, &taken)) != NULL) {
        virtio_net_copy(to, from, taken);
        to += taken;
        length -= taken;
    }
}

/* A segment that begins at an odd place has its sum turned. */
static uint64_t copy_sum(uint8_t *to, const uint8_t *from, uint32_t length, uint32_t at,
                         uint64_t sum)
{
    if ((at & 1) == 0) {
        return virtio_net_copy_sum(to, from, length, sum);
    }
    return virtio_net_sum_add(sum, virtio_net_sum_swap(virtio_net_copy_sum(to, from, length, 0)));
}

uint64_t virtio_net_cursor_sum_out(struct virtio_net_cursor *cursor, uint8_t *to, uint32_t length,
                                   uint64_t sum)
{
    uint32_t taken;
    uint32_t at = 0;
    const uint8_t *from;
    while (at != length && (from = virtio_net_cursor_take(cursor, length - at, &taken)) != NULL) {
        sum = copy_sum(to + at, from, taken, at, sum);
        at += taken;
    }
    return sum;
}

uint32_t virtio_net_cursor_copy_in(struct virtio_net_cursor *cursor, const uint8_t *from,
                                   uint32_t length, uint64_t *sum)
{
    uint32_t taken;
    uint32_t at = 0;
    uint8_t *to;
    while (at != length && (to = virtio_net_cursor_take(cursor, length - at, &taken)) != NULL) {
        if (sum == NULL) {
            virtio_net_copy(to, from + at, taken);
        } else {
            *sum = copy_sum(to, from + at, taken, at, *sum);
        }
        at += taken;
    }
    return at;
}

void virtio_net_cursor_skip(struct virtio_net_cursor *cursor, uint32_t length)
{
    uint32_t taken;
    while (length != 0 && virtio_net_cursor_take(cursor, length, &taken) != NULL) {
        length -= taken;
    }
}
