/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Translation tables (Arm ARM DDI 0487, D8; 4 KiB granule), built once and never written again:
 * stage 2 of PDs and VMs, and stage 1 of EL2, in the two forms that drover/manifest.h fixes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image.h"
#include "system.h"

#define BLOCK_SIZE_1G 0x40000000

enum pagetable_kind {
    PAGETABLE_STAGE2, /* a PD or a VM: 40-bit VA or GPA */
    PAGETABLE_EL2,    /* kernel or loader: 48-bit VA */
};

/* A run of pages that one space has. */
struct mapping {
    const char *name;        /* memory region, or what the tool added: "image", "stack", ... */
    const struct source *at; /* where the description asks for it, or NULL */
    uint64_t va;             /* VA; in a VM the GPA */
    uint64_t pa;
    uint64_t size;        /* bytes, multiple of 4096 */
    uint32_t perms;       /* enum map_perm */
    uint64_t block_limit; /* the largest block to use: 4 KiB, 2 MiB or 1 GiB, in bytes */
};

struct pagetable {
    struct image *image;
    enum pagetable_kind kind;
    uint64_t root_pa;
    size_t page_count; /* 4 KiB pages of table, with the root */
};

/* Blocks and pages that a mapping takes, for reports. */
struct mapping_blocks {
    size_t count_1g;
    size_t count_2m;
    size_t count_4k;
    size_t contiguous_count; /* of those, entries that carry the contiguous hint */
};

/* Starts an empty table in `image`. Returns false when the image has no room. */
bool pagetable_init(struct pagetable *table, enum pagetable_kind kind, struct image *image);

/*
 * Maps `mapping` with the largest blocks that its VA, PA, size and block limit allow, and the
 * contiguous hint where it may stand. Nothing of it may be mapped already. Returns false when
 * the image has no room for another table.
 */
bool pagetable_map(struct pagetable *table, const struct mapping *mapping);

/* Counts the entries that pagetable_map() makes of `mapping`. */
struct mapping_blocks mapping_blocks(const struct mapping *mapping);

/* Bytes of table that a mapping of `size` bytes takes at most, beside the root. */
uint64_t pagetable_bound(uint64_t size);
