/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copies of frames, with or without the Internet checksum (RFC 1071) of what was copied. Both ends
 * are normal memory, at any alignment: none of this is for a device's registers.
 *
 * A sum is a ones' complement sum of 16-bit words in the order of memory, kept in 64 bits with
 * end-around carry; it starts at 0, and goes on over any number of calls. Each call takes its bytes
 * as if they began at an even place of the frame; virtio_net_sum_swap() moves a sum to an odd one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Copies `length` bytes from VA `from` to VA `to`, which do not overlap. */
void virtio_net_copy(void *to, const void *from, size_t length);

/* Does the same and returns `sum` with the sum of the bytes that were written: memory at `from` is
 * read once, so that the two agree even if somebody changes it meanwhile. */
uint64_t virtio_net_copy_sum(void *to, const void *from, size_t length, uint64_t sum);

/* `sum` with the sum of `length` bytes at VA `from`. */
uint64_t virtio_net_sum(const void *from, size_t length, uint64_t sum);

/* One sum of two. */
static inline uint64_t virtio_net_sum_add(uint64_t sum, uint64_t more)
{
    sum += more;
    return sum + (sum < more);
}

/* `sum` without the sum of the first bytes of those that it is of: an even number of them. */
static inline uint64_t virtio_net_sum_less(uint64_t sum, uint64_t first)
{
    return virtio_net_sum_add(sum, ~first);
}

/* The sum of the same bytes one place further on: RFC 1071, 2 (B). A rotation, since 2^64 and 1
 * are the same in ones' complement. */
static inline uint64_t virtio_net_sum_swap(uint64_t sum)
{
    return sum << 8 | sum >> 56;
}

/* The checksum of a sum, to be stored as it is. */
uint16_t virtio_net_sum_finish(uint64_t sum);
