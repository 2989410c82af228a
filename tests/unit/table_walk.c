/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks translation tables as the hardware does. Field positions: Arm ARM DDI 0487, D8.3 (VMSAv8-64
 * descriptor formats), D8.4 (permissions), D8.5 (memory attributes).
 */
#include "table_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(entry, high, low) ((entry) >> (low) & ((UINT64_C(1) << ((high) - (low) + 1)) - 1))

static void fail(const char *what, uint64_t value)
{
    fprintf(stderr, "table walk: %s: 0x%llx\n", what, (unsigned long long)value);
    abort();
}

struct memory {
    const uint8_t *image;
    uint64_t pa;
    uint64_t size;
};

static uint64_t entry_read(const struct memory *memory, uint64_t pa)
{
    uint64_t entry;
    if (pa < memory->pa || pa - memory->pa > memory->size - sizeof(entry)) {
        fail("a table lies outside of the image", pa);
    }
    memcpy(&entry, memory->image + (pa - memory->pa), sizeof(entry));
    return entry;
}

/* Finds the block or page entry for `va`; returns 0 where there is none. */
static uint64_t leaf_find(const struct memory *memory, uint64_t root_pa, uint64_t va, int level,
                          uint64_t index, uint64_t *block)
{
    uint64_t table = root_pa;
    for (;; level++) {
        uint64_t entry = entry_read(memory, table + index * 8);
        *block = UINT64_C(1) << (39 - 9 * level);
        if ((entry & 1) == 0) {
            return 0;
        }
        bool table_or_page = (entry & 2) != 0;
        if (level == 3) {
            if (!table_or_page) {
                fail("a block at level 3", entry);
            }
            return entry;
        }
        if (!table_or_page) {
            if (level == 0 || (entry & (*block - 1) & 0xfffffffff000) != 0) {
                fail("a block at level 0, or not aligned", entry);
            }
            return entry;
        }
        table = entry & 0xfffffffff000;
        index = va >> (39 - 9 * (level + 1)) & 511;
    }
}

static struct walk common(uint64_t entry, uint64_t block, uint64_t va)
{
    if (FIELD(entry, 10, 10) != 1) {
        fail("the access flag is clear", entry);
    }
    uint64_t base = entry & 0xfffffffff000 & -block;
    return (struct walk){
        .mapped = true,
        .pa = base + (va & (block - 1)),
        .block = block,
        .inner_shareable = FIELD(entry, 9, 8) == 3,
        .contiguous = FIELD(entry, 52, 52) == 1,
        .perms = FIELD(entry, 54, 54) == 0 ? 4 : 0,
    };
}

struct walk walk_stage2(const uint8_t *image, uint64_t image_pa, uint64_t size, uint64_t root_pa,
                        uint64_t va)
{
    const struct memory memory = {image, image_pa, size};
    uint64_t block;
    if (root_pa % 0x2000 != 0 || va >> 40 != 0) {
        fail("root not aligned to 8 KiB or VA beyond 40 bits", root_pa);
    }
    uint64_t entry = leaf_find(&memory, root_pa, va, 1, va >> 30, &block);
    if (entry == 0) {
        return (struct walk){0};
    }
    struct walk found = common(entry, block, va);
    found.perms |= (uint32_t)FIELD(entry, 7, 6); /* S2AP: bit 0 read, bit 1 write */
    switch (FIELD(entry, 5, 2)) {                /* MemAttr */
    case 0xf:
        found.memory = WALK_NORMAL_CACHED;
        break;
    case 0x5:
        found.memory = WALK_NORMAL_UNCACHED;
        break;
    case 0x1:
        found.memory = WALK_DEVICE_NGNRE;
        break;
    case 0x0:
        found.memory = WALK_DEVICE_NGNRNE;
        break;
    default:
        found.memory = WALK_OTHER;
    }
    return found;
}

struct walk walk_el2(const uint8_t *image, uint64_t image_pa, uint64_t size, uint64_t root_pa,
                     uint64_t va)
{
    const struct memory memory = {image, image_pa, size};
    uint64_t block;
    if (root_pa % 0x1000 != 0 || va >> 48 != 0) {
        fail("root not aligned to 4 KiB or VA beyond 48 bits", root_pa);
    }
    uint64_t entry = leaf_find(&memory, root_pa, va, 0, va >> 39, &block);
    if (entry == 0) {
        return (struct walk){0};
    }
    struct walk found = common(entry, block, va);
    if (FIELD(entry, 6, 6) != 1) {
        fail("AP[1] is RES1 at EL2", entry);
    }
    found.perms |= 1 | (FIELD(entry, 7, 7) == 0 ? 2 : 0);
    switch (FIELD(entry, 4, 2)) { /* AttrIndx into MAIR_EL2 0x..ff00 */
    case 1:
        found.memory = WALK_NORMAL_CACHED;
        break;
    case 0:
        found.memory = WALK_DEVICE_NGNRNE;
        break;
    default:
        found.memory = WALK_OTHER;
    }
    return found;
}
