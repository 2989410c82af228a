/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Translation tables, built once and never written again.
 */
#include "pagetable.h"

#include <assert.h>

#include "drover/manifest.h"

/* Table entries. Sections of Arm ARM DDI 0487. */
#define ENTRY_VALID         (UINT64_C(1) << 0)   /* D8.3.1 */
#define ENTRY_TABLE         (UINT64_C(1) << 1)   /* D8.3.1: a table, or at level 3 a page */
#define STAGE1_ATTRIBUTE(i) ((uint64_t)(i) << 2) /* D8.5.3 AttrIndx[2:0] */
#define STAGE1_AP_RES1      (UINT64_C(1) << 6) /* D8.4.1 AP[1], one with a single privilege level */
#define STAGE1_AP_READ_ONLY (UINT64_C(1) << 7) /* D8.4.1 AP[2] */
#define STAGE2_DEVICE_NGNRE (UINT64_C(0x1) << 2) /* D8.5.5 MemAttr[3:0] */
#define STAGE2_NORMAL_NC    (UINT64_C(0x5) << 2)
#define STAGE2_NORMAL_WB    (UINT64_C(0xf) << 2)
#define STAGE2_READ         (UINT64_C(1) << 6)  /* D8.4.2 S2AP[0] */
#define STAGE2_WRITE        (UINT64_C(1) << 7)  /* D8.4.2 S2AP[1] */
#define ENTRY_INNER_SHARED  (UINT64_C(3) << 8)  /* D8.5.2 SH[1:0] */
#define ENTRY_ACCESSED      (UINT64_C(1) << 10) /* D8.4.6 AF */
#define ENTRY_CONTIGUOUS    (UINT64_C(1) << 52) /* D8.6.1 */
#define ENTRY_XN            (UINT64_C(1) << 54) /* D8.4.3 and D8.4.4 */
#define ENTRY_PA_MASK       UINT64_C(0x0000fffffffff000)

#define LEVEL_LAST        3
#define CONTIGUOUS_COUNT  16 /* D8.6.1, 4 KiB granule */
#define STAGE2_ROOT_PAGES 2  /* two concatenated level-1 tables, D8.2.2 */
#define BITS_PER_LEVEL    9
#define ENTRY_MASK        ((UINT64_C(1) << BITS_PER_LEVEL) - 1)

static unsigned level_shift(unsigned level)
{
    return 12 + BITS_PER_LEVEL * (LEVEL_LAST - level);
}

static uint64_t level_size(unsigned level)
{
    return UINT64_C(1) << level_shift(level);
}

static uint64_t stage1_attributes(uint32_t perms)
{
    bool device = (perms & MAP_PERM_DEVICE) != 0;
    uint64_t entry = ENTRY_ACCESSED | STAGE1_AP_RES1 |
                     STAGE1_ATTRIBUTE(device ? MAIR_INDEX_DEVICE : MAIR_INDEX_NORMAL);
    if (!device) {
        entry |= ENTRY_INNER_SHARED;
    }
    if ((perms & MAP_PERM_WRITE) == 0) {
        entry |= STAGE1_AP_READ_ONLY;
    }
    if ((perms & MAP_PERM_EXECUTE) == 0) {
        entry |= ENTRY_XN;
    }
    return entry;
}

static uint64_t stage2_attributes(uint32_t perms)
{
    uint64_t entry = ENTRY_ACCESSED;
    if ((perms & MAP_PERM_DEVICE) != 0) {
        entry |= STAGE2_DEVICE_NGNRE;
    } else if ((perms & MAP_PERM_UNCACHED) != 0) {
        entry |= STAGE2_NORMAL_NC | ENTRY_INNER_SHARED;
    } else {
        entry |= STAGE2_NORMAL_WB | ENTRY_INNER_SHARED;
    }
    if ((perms & MAP_PERM_READ) != 0) {
        entry |= STAGE2_READ;
    }
    if ((perms & MAP_PERM_WRITE) != 0) {
        entry |= STAGE2_WRITE;
    }
    if ((perms & MAP_PERM_EXECUTE) == 0) {
        entry |= ENTRY_XN;
    }
    return entry;
}

/* The level of the entry that maps the byte at `offset`, where a block begins. */
static unsigned mapping_level(const struct mapping *mapping, uint64_t offset)
{
    uint64_t alignment = (mapping->va + offset) | (mapping->pa + offset);
    for (unsigned level = 1; level < LEVEL_LAST; level++) {
        uint64_t size = level_size(level);
        if (size <= mapping->block_limit && alignment % size == 0 &&
            mapping->size - offset >= size) {
            return level;
        }
    }
    return LEVEL_LAST;
}

/* Whether the entry at `offset` is one of sixteen that lie together and naturally aligned. The
 * neighbours are of the same level: a larger block would have taken them all. */
static bool mapping_contiguous(const struct mapping *mapping, uint64_t offset, unsigned level)
{
    uint64_t run = level_size(level) * CONTIGUOUS_COUNT;
    uint64_t into = (mapping->va + offset) & (run - 1);
    return level != 1 && ((mapping->va ^ mapping->pa) & (run - 1)) == 0 && into <= offset &&
           mapping->size - (offset - into) >= run;
}

bool pagetable_init(struct pagetable *table, enum pagetable_kind kind, struct image *image)
{
    size_t pages = kind == PAGETABLE_STAGE2 ? STAGE2_ROOT_PAGES : 1;
    uint64_t size = pages * PAGE_SIZE_4K;
    *table = (struct pagetable){.image = image, .kind = kind, .page_count = pages};
    return image_add(image, size, size, 0, &table->root_pa) != NULL;
}

/* Returns the entry of `level` for `va`, adding the tables on the way, or NULL without room. */
static uint64_t *entry_find(struct pagetable *table, uint64_t va, unsigned level)
{
    uint64_t *entries = image_at(table->image, table->root_pa);
    unsigned first = table->kind == PAGETABLE_STAGE2 ? 1 : 0;
    uint64_t mask =
        table->kind == PAGETABLE_STAGE2 ? STAGE2_ROOT_PAGES * (ENTRY_MASK + 1) - 1 : ENTRY_MASK;
    for (unsigned i = first; i < level; i++) {
        uint64_t *entry = &entries[(va >> level_shift(i)) & mask];
        if (*entry == 0) {
            uint64_t pa;
            if (image_add(table->image, PAGE_SIZE_4K, PAGE_SIZE_4K, 0, &pa) == NULL) {
                return NULL;
            }
            *entry = pa | ENTRY_TABLE | ENTRY_VALID;
            table->page_count++;
        }
        assert((*entry & ENTRY_TABLE) != 0);
        entries = image_at(table->image, *entry & ENTRY_PA_MASK);
        mask = ENTRY_MASK;
    }
    return &entries[(va >> level_shift(level)) & mask];
}

bool pagetable_map(struct pagetable *table, const struct mapping *mapping)
{
    assert((mapping->va | mapping->pa | mapping->size) % PAGE_SIZE_4K == 0);
    uint64_t attributes = table->kind == PAGETABLE_STAGE2 ? stage2_attributes(mapping->perms)
                                                          : stage1_attributes(mapping->perms);
    uint64_t offset = 0;
    while (offset < mapping->size) {
        unsigned level = mapping_level(mapping, offset);
        uint64_t *entry = entry_find(table, mapping->va + offset, level);
        if (entry == NULL) {
            return false;
        }
        assert(*entry == 0);
        *entry = (mapping->pa + offset) | attributes | ENTRY_VALID;
        if (level == LEVEL_LAST) {
            *entry |= ENTRY_TABLE;
        }
        if (mapping_contiguous(mapping, offset, level)) {
            *entry |= ENTRY_CONTIGUOUS;
        }
        offset += level_size(level);
    }
    return true;
}

struct mapping_blocks mapping_blocks(const struct mapping *mapping)
{
    struct mapping_blocks blocks = {0};
    uint64_t offset = 0;
    while (offset < mapping->size) {
        unsigned level = mapping_level(mapping, offset);
        blocks.count_1g += level == 1;
        blocks.count_2m += level == 2;
        blocks.count_4k += level == LEVEL_LAST;
        blocks.contiguous_count += mapping_contiguous(mapping, offset, level);
        offset += level_size(level);
    }
    return blocks;
}

uint64_t pagetable_bound(uint64_t size)
{
    /* At each level below the root: a table for every stretch that one covers, and one for a ragged
     * edge. A level-3 table covers 2 MiB, a level-2 table 1 GiB, a level-1 table 512 GiB. */
    uint64_t tables = 0;
    for (unsigned level = 0; level < LEVEL_LAST; level++) {
        tables += size / level_size(level) + 2;
    }
    return tables * PAGE_SIZE_4K;
}
