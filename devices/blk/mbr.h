/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The partition table of a master boot record (UEFI 2.10, 5.2). It comes from a disk and may hold
 * anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MBR_SIZE       512 /* bytes, at the beginning of the disk */
#define MBR_PARTITIONS 4

struct mbr_partition {
    uint64_t first_lba;
    uint64_t lba_count; /* 0: there is no such partition, or not one that holds data itself */
};

struct mbr {
    bool is_protective; /* a GPT follows; the partitions say nothing */
    struct mbr_partition partitions[MBR_PARTITIONS];
};

/* Reads a record of MBR_SIZE bytes. False: it is none. */
bool mbr_parse(const uint8_t *record, struct mbr *mbr);
