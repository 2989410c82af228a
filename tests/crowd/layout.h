/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The disk of the crowd, as crowd.sfdisk divides it and as each client uses its part: what the
 * programs on the board and the test on the host have in common. In blocks of 4096 bytes, from the
 * beginning of the disk or of a partition.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CROWD_BLOCK     4096
#define CROWD_MIB       256 /* blocks */
#define CROWD_VM_START  (1 * CROWD_MIB)
#define CROWD_VM_SIZE   (64 * CROWD_MIB)
#define CROWD_PD_START  (CROWD_VM_START + 2 * CROWD_VM_SIZE)
#define CROWD_PD_SIZE   (8 * CROWD_MIB)
#define CROWD_DISK_SIZE (192 * CROWD_MIB)

/* What a program writes to: `load` from LOAD on, and so forth. */
#define CROWD_LOAD         0
#define CROWD_LOAD_COUNT   256
#define CROWD_LIMITS       512 /* as many as are in the ring and at the virtualiser */
#define CROWD_LIMITS_COUNT 256
#define CROWD_FLUSH        1024 /* every other one: nothing is merged */
#define CROWD_FLUSH_COUNT  16
#define CROWD_MARK         1100 /* one written after each flush was answered */
#define CROWD_MARK_COUNT   24
#define CROWD_BARRIER      1200
#define CROWD_BARRIER_SIZE 32
#define CROWD_DEATH        1280 /* by who dies */
#define CROWD_DEATH_BLOCKS 4    /* of each request */
#define CROWD_DEATH_COUNT  512

/* What a block holds that a program has written. */
struct crowd_record {
    uint64_t owner; /* crowd_owner() of the program */
    uint64_t block; /* of its partition */
    uint64_t round;
    uint64_t filler[CROWD_BLOCK / 8 - 4];
    uint64_t sum; /* of all before, FNV-1a by words */
};

_Static_assert(sizeof(struct crowd_record) == CROWD_BLOCK, "a record is a block");

static inline uint64_t crowd_sum(const struct crowd_record *record)
{
    const uint64_t *words = (const uint64_t *)record;
    uint64_t sum = 0xcbf29ce484222325u;
    for (size_t i = 0; i < CROWD_BLOCK / 8 - 1; i++) {
        sum = (sum ^ words[i]) * 0x100000001b3u;
    }
    return sum;
}

/* The bytes of a name, FNV-1a. */
static inline uint64_t crowd_owner(const char *name)
{
    uint64_t sum = 0xcbf29ce484222325u;
    while (*name != '\0') {
        sum = (sum ^ (uint8_t)*name++) * 0x100000001b3u;
    }
    return sum;
}
