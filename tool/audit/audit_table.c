/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks a translation table (Arm ARM DDI 0487, D8; 4 KiB granule) as the hardware does, and takes
 * every bit of every descriptor to account: whatever the formats of drover/manifest.h do not use
 * has to be zero. A table is walked once, so that loops and shared tables end the walk and are
 * found.
 */
#include <inttypes.h>

#include "audit.h"

/* Descriptors. Sections of Arm ARM DDI 0487. */
#define VALID           UINT64_C(0x1)                /* D8.3.1 */
#define TABLE_OR_PAGE   UINT64_C(0x2)                /* D8.3.1 */
#define OUTPUT_PA       UINT64_C(0x000000fffffff000) /* D8.3.1, of the 40 bits in use */
#define CONTIGUOUS      (UINT64_C(1) << 52)          /* D8.6.1 */
#define EXECUTE_NEVER   (UINT64_C(1) << 54)          /* D8.4.3, D8.4.4 */
#define ACCESSED        (UINT64_C(1) << 10)          /* D8.4.6 */
#define SHAREABILITY    (UINT64_C(3) << 8)           /* D8.5.2 */
#define INNER_SHAREABLE (UINT64_C(3) << 8)
#define S1_INDEX(e)     ((unsigned)((e) >> 2) & 7)  /* D8.5.3 AttrIndx */
#define S1_NS           (UINT64_C(1) << 5)          /* D8.3.1: of the Secure state only */
#define S1_AP_RES1      (UINT64_C(1) << 6)          /* D8.4.1 AP[1] with one privilege level */
#define S1_READ_ONLY    (UINT64_C(1) << 7)          /* D8.4.1 AP[2] */
#define S2_TYPE(e)      ((unsigned)((e) >> 2) & 15) /* D8.5.5 MemAttr */
#define S2_READ         (UINT64_C(1) << 6)          /* D8.4.2 S2AP[0] */
#define S2_WRITE        (UINT64_C(1) << 7)          /* D8.4.2 S2AP[1] */
#define S2_DEVICE_NGNRE 0x1
#define S2_NORMAL_NC    0x5
#define S2_NORMAL_WB    0xf

#define ENTRIES          512
#define CONTIGUOUS_COUNT 16 /* D8.6.1, 4 KiB granule */
#define LEVEL_LAST       3

/* All bits of a leaf that have a meaning here; the others are reserved or ignored. */
#define LEAF_BITS                                                                                  \
    (VALID | TABLE_OR_PAGE | UINT64_C(0x3c) | S2_READ | S2_WRITE | SHAREABILITY | ACCESSED |       \
     OUTPUT_PA | CONTIGUOUS | EXECUTE_NEVER)

struct walk {
    struct audit *audit;
    struct audit_space *space;
    bool stage2;
};

static uint64_t level_size(unsigned level)
{
    return UINT64_C(1) << (12 + 9 * (LEVEL_LAST - level));
}

static void report(const struct walk *walk, enum finding_code code, uint64_t entry, uint64_t va,
                   const char *what)
{
    finding_add(&walk->audit->findings, code, NULL,
                "%s \"%s\": descriptor 0x%016" PRIx64 " at 0x%" PRIx64 ": %s",
                audit_kind_name(walk->space->kind), walk->space->name, entry, va, what);
}

static uint32_t stage1_perms(const struct walk *walk, uint64_t entry, uint64_t va)
{
    uint32_t perms = MAP_PERM_READ;
    bool device = S1_INDEX(entry) == MAIR_INDEX_DEVICE;
    if ((entry & S1_NS) != 0) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "NS is set, which has no meaning here");
    }
    if (!device && S1_INDEX(entry) != MAIR_INDEX_NORMAL) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "attribute index that MAIR_EL2 does not set");
    }
    if ((entry & S1_AP_RES1) == 0) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "AP[1] is zero");
    }
    if ((entry & SHAREABILITY) != (device ? 0 : INNER_SHAREABLE)) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "wrong shareability");
    }
    perms |= device ? (uint32_t)MAP_PERM_DEVICE : 0;
    perms |= (entry & S1_READ_ONLY) == 0 ? (uint32_t)MAP_PERM_WRITE : 0;
    return perms;
}

static uint32_t stage2_perms(const struct walk *walk, uint64_t entry, uint64_t va)
{
    uint32_t perms = 0;
    unsigned type = S2_TYPE(entry);
    if (type == S2_NORMAL_NC) {
        perms = MAP_PERM_UNCACHED;
    } else if (type != S2_NORMAL_WB) {
        perms = MAP_PERM_DEVICE;
        if (type != S2_DEVICE_NGNRE) {
            report(walk, FINDING_DESCRIPTOR, entry, va, "memory type that nothing asks for");
        }
    }
    bool device = (perms & MAP_PERM_DEVICE) != 0;
    if ((entry & SHAREABILITY) != (device ? 0 : INNER_SHAREABLE)) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "wrong shareability");
    }
    perms |= (entry & S2_READ) != 0 ? (uint32_t)MAP_PERM_READ : 0;
    perms |= (entry & S2_WRITE) != 0 ? (uint32_t)MAP_PERM_WRITE : 0;
    if ((perms & MAP_PERM_READ) == 0) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "cannot be read");
    }
    return perms;
}

static void take_leaf(const struct walk *walk, uint64_t entry, unsigned level, uint64_t va)
{
    uint64_t size = level_size(level);
    if ((entry & ~LEAF_BITS) != 0 || (entry & OUTPUT_PA & (size - 1)) != 0) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "reserved bits are set");
    }
    if ((entry & ACCESSED) == 0) {
        report(walk, FINDING_DESCRIPTOR, entry, va, "the access flag is clear");
    }
    uint32_t perms = walk->stage2 ? stage2_perms(walk, entry, va) : stage1_perms(walk, entry, va);
    perms |= (entry & EXECUTE_NEVER) == 0 ? (uint32_t)MAP_PERM_EXECUTE : 0;
    audit_space_add(walk->space,
                    &(struct audit_extent){
                        .va = va, .pa = entry & OUTPUT_PA & -size, .size = size, .perms = perms});
}

/* The contiguous hint stands on all sixteen entries of an aligned run, which continue each other,
 * or on none. Says so at the first that has it. */
static void check_contiguous(const struct walk *walk, const uint64_t *entries, size_t index,
                             unsigned level, uint64_t va)
{
    const uint64_t *run = entries + index / CONTIGUOUS_COUNT * CONTIGUOUS_COUNT;
    uint64_t size = level_size(level);
    bool sound = (run[0] & OUTPUT_PA & (size * CONTIGUOUS_COUNT - 1)) == 0;
    for (size_t i = 0; i < CONTIGUOUS_COUNT; i++) {
        if (run + i < entries + index && (run[i] & CONTIGUOUS) != 0) {
            return;
        }
        sound = sound && run[i] == run[0] + i * size;
    }
    if (!sound) {
        report(walk, FINDING_DESCRIPTOR, entries[index], va,
               "contiguous hint, but its run of sixteen entries does not continue");
    }
}

/* Takes `count` pages of table at `pa` for the space's own, and returns the entries; NULL where
 * they are not in the image or are somebody's already. */
static const uint64_t *table_take(const struct walk *walk, uint64_t pa, size_t count, uint64_t va)
{
    struct audit *audit = walk->audit;
    uint64_t size = count * PAGE_SIZE_4K;
    const uint64_t *entries = pa % size == 0 ? audit_bytes(audit, pa, size) : NULL;
    const char *what = entries == NULL ? "is not in the image, or not aligned" : NULL;
    for (size_t i = 0; what == NULL && i < count; i++) {
        uint8_t *taken = &audit->table_pages[(pa - audit->info.image_pa) / PAGE_SIZE_4K + i];
        what = *taken != 0 ? "is in use as a table already" : NULL;
        *taken = 1;
    }
    if (what != NULL) {
        finding_add(&audit->findings, FINDING_TABLE, NULL,
                    "%s \"%s\": the table at PA 0x%" PRIx64 " for 0x%" PRIx64 " %s",
                    audit_kind_name(walk->space->kind), walk->space->name, pa, va, what);
        return NULL;
    }
    return entries;
}

static void walk_table(const struct walk *walk, uint64_t pa, size_t pages, unsigned level,
                       uint64_t va)
{
    const uint64_t *entries = table_take(walk, pa, pages, va);
    for (size_t i = 0; entries != NULL && i < pages * ENTRIES; i++, va += level_size(level)) {
        uint64_t entry = entries[i];
        if ((entry & VALID) == 0) {
            if (entry != 0) {
                report(walk, FINDING_DESCRIPTOR, entry, va, "not valid, but not zero either");
            }
        } else if (level < LEVEL_LAST && (entry & TABLE_OR_PAGE) != 0) {
            if ((entry & ~(OUTPUT_PA | VALID | TABLE_OR_PAGE)) != 0) {
                report(walk, FINDING_DESCRIPTOR, entry, va, "reserved bits of a table are set");
            }
            walk_table(walk, entry & OUTPUT_PA, 1, level + 1, va);
        } else if (level == 0 || (level == LEVEL_LAST && (entry & TABLE_OR_PAGE) == 0)) {
            report(walk, FINDING_DESCRIPTOR, entry, va, "reserved encoding");
        } else {
            take_leaf(walk, entry, level, va);
            if ((entry & CONTIGUOUS) != 0) {
                check_contiguous(walk, entries, i, level, va);
            }
        }
    }
}

void audit_walk(struct audit *audit, struct audit_space *space)
{
    bool stage2 = space->kind == AUDIT_PD || space->kind == AUDIT_VM;
    const struct walk walk = {.audit = audit, .space = space, .stage2 = stage2};
    /* Stage 2 begins at level 1 with two concatenated tables; EL2 at level 0 with one. */
    walk_table(&walk, space->root_pa, stage2 ? 2 : 1, stage2 ? 1 : 0, 0);
    audit_space_finish(space);
}
