/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Loops over 64 bytes of a frame. This file is compiled with unaligned accesses: frames and
 * guests' buffers are seldom aligned to each other, and are normal memory. Eight words are loaded
 * before the first is stored, which makes four pairs of loads and four of stores. Optimised as a
 * whole, the library would take these functions into callers that are compiled without unaligned
 * accesses, and with them go byte by byte: they are not to be inlined.
 */
#include "net_copy.h"

#define NOT_INLINED __attribute__((noinline))

struct block {
    uint64_t words[8];
};

static inline uint64_t load_64(const uint8_t *from)
{
    uint64_t word;
    __builtin_memcpy(&word, from, sizeof word);
    return word;
}

static inline void block_load(struct block *block, const uint8_t *from)
{
#pragma clang loop unroll(full)
    for (unsigned i = 0; i < 8; i++) {
        block->words[i] = load_64(from + i * 8);
    }
}

static inline void block_store(uint8_t *to, const struct block *block)
{
#pragma clang loop unroll(full)
    for (unsigned i = 0; i < 8; i++) {
        __builtin_memcpy(to + i * 8, &block->words[i], 8);
    }
}

/* `sum` with the sum of a block. No C makes one chain of carries of it. */
static inline uint64_t block_sum(const struct block *block, uint64_t sum)
{
    const uint64_t *words = block->words;
#ifdef __aarch64__
    __asm__("adds %0, %0, %1\n\t"
            "adcs %0, %0, %2\n\t"
            "adcs %0, %0, %3\n\t"
            "adcs %0, %0, %4\n\t"
            "adcs %0, %0, %5\n\t"
            "adcs %0, %0, %6\n\t"
            "adcs %0, %0, %7\n\t"
            "adcs %0, %0, %8\n\t"
            "adc %0, %0, xzr"
            : "+&r"(sum)
            : "r"(words[0]), "r"(words[1]), "r"(words[2]), "r"(words[3]), "r"(words[4]),
              "r"(words[5]), "r"(words[6]), "r"(words[7])
            : "cc");
#else
    for (unsigned i = 0; i < 8; i++) {
        sum = virtio_net_sum_add(sum, words[i]);
    }
#endif
    return sum;
}

/* Copies fewer than 8 bytes, and returns them as a word with zeros behind. */
static inline uint64_t copy_tail(uint8_t *to, const uint8_t *from, size_t length)
{
    uint64_t word = 0;
    unsigned shift = 0;
    if ((length & 4) != 0) {
        uint32_t part;
        __builtin_memcpy(&part, from, sizeof part);
        __builtin_memcpy(to, &part, sizeof part);
        word = part;
        shift = 32;
    }
    if ((length & 2) != 0) {
        uint16_t part;
        __builtin_memcpy(&part, from + shift / 8, sizeof part);
        __builtin_memcpy(to + shift / 8, &part, sizeof part);
        word |= (uint64_t)part << shift;
        shift += 16;
    }
    if ((length & 1) != 0) {
        uint8_t part = from[shift / 8];
        to[shift / 8] = part;
        word |= (uint64_t)part << shift;
    }
    return word;
}

NOT_INLINED void virtio_net_copy(void *to, const void *from, size_t length)
{
    uint8_t *write = to;
    const uint8_t *read = from;
#pragma clang loop unroll(disable)
    for (; length >= 64; length -= 64, read += 64, write += 64) {
        struct block block;
        block_load(&block, read);
        block_store(write, &block);
    }
#pragma clang loop unroll(disable)
    for (; length >= 8; length -= 8, read += 8, write += 8) {
        uint64_t word = load_64(read);
        __builtin_memcpy(write, &word, sizeof word);
    }
    copy_tail(write, read, length);
}

NOT_INLINED uint64_t virtio_net_copy_sum(void *to, const void *from, size_t length, uint64_t sum)
{
    uint8_t *write = to;
    const uint8_t *read = from;
#pragma clang loop unroll(disable)
    for (; length >= 64; length -= 64, read += 64, write += 64) {
        struct block block;
        block_load(&block, read);
        block_store(write, &block);
        sum = block_sum(&block, sum);
    }
#pragma clang loop unroll(disable)
    for (; length >= 8; length -= 8, read += 8, write += 8) {
        uint64_t word = load_64(read);
        __builtin_memcpy(write, &word, sizeof word);
        sum = virtio_net_sum_add(sum, word);
    }
    return virtio_net_sum_add(sum, copy_tail(write, read, length));
}

NOT_INLINED uint64_t virtio_net_sum(const void *from, size_t length, uint64_t sum)
{
    const uint8_t *read = from;
#pragma clang loop unroll(disable)
    for (; length >= 64; length -= 64, read += 64) {
        struct block block;
        block_load(&block, read);
        sum = block_sum(&block, sum);
    }
#pragma clang loop unroll(disable)
    for (; length >= 8; length -= 8, read += 8) {
        sum = virtio_net_sum_add(sum, load_64(read));
    }
    uint8_t tail[8];
    return virtio_net_sum_add(sum, copy_tail(tail, read, length));
}

uint16_t virtio_net_sum_finish(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}
