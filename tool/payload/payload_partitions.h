/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The partitions of a disk image: MBR with extended partitions, or GPT.
 */
#pragma once

#include "payload.h"

#define PARTITIONS_MAX 128 /* GPT's usual number of entries (UEFI 2.10, 5.3.1) */

struct payload_partition {
    unsigned number;       /* as Linux counts them */
    uint64_t offset, size; /* bytes of the image; inside it */
};

struct payload_partitions {
    const char *scheme; /* "GPT", "MBR" */
    struct payload_partition list[PARTITIONS_MAX];
    size_t count;
    size_t cut_count; /* left out, for they do not lie in the image */
};

/*
 * Reads the partition table of a disk image of `size` bytes. Returns false where there is none, or,
 * after a message, a damaged one; `*reported` says which.
 */
bool payload_partitions_read(struct payload_partitions *partitions, const uint8_t *bytes,
                             uint64_t size, const struct source *at, bool *reported);
