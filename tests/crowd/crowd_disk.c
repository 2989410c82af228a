/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What has reached the disk, and in which order. See crowd.h.
 */
#include "crowd.h"

#include <stdio.h>
#include <string.h>

#include "cases.h"
#include "layout.h"

#define SECTORS    8 /* of 512 bytes, in a block */
#define GPT_BLOCKS 5 /* the table at the beginning of the disk, and the one at its end */

/* ---- The order, by QEMU's log: in lines of
 *     pci_nvme_write cid 4255 opname '...' nsid 1 nlb 16 count 8192 lba 0x20800
 *     pci_nvme_flush_ns nsid 0x1
 * `nlb` and `lba` in sectors. ---- */

/* The blocks that the program `edge` writes for that, on the disk. */
#define EDGE_START (CROWD_PD_START + (CROWD_EDGE - CROWD_A) * CROWD_PD_SIZE)

/* What has been seen of a round. */
struct round {
    bool is_written[CROWD_FLUSH_COUNT];
    bool is_flushed; /* after the last write */
    unsigned mark;   /* that is next */
};

/* A block has been written. False: its order is wrong. */
static bool block_written(struct round *round, uint64_t block)
{
    uint64_t place = block - EDGE_START - CROWD_FLUSH;

    if (place < 2 * CROWD_FLUSH_COUNT && place % 2 == 0) {
        round->is_written[place / 2] = true;
        round->is_flushed = false;
    } else if (block == EDGE_START + CROWD_MARK + round->mark) {
        for (unsigned i = 0; i < CROWD_FLUSH_COUNT; i++) {
            if (!round->is_written[i]) {
                return case_fail("round %u: flushed and answered, and write %u is not on the disk",
                                 round->mark, i);
            }
        }
        if (!round->is_flushed) {
            return case_fail("round %u: the flush was answered, and the disk has had none",
                             round->mark);
        }
        *round = (struct round){.mark = round->mark + 1};
    }
    return true;
}

static bool line_take(struct round *round, const char *line)
{
    const char *sectors = strstr(line, " nlb "), *lba = strstr(line, " lba 0x");
    unsigned long long first, count;

    if (strstr(line, "pci_nvme_flush_ns") != NULL) {
        round->is_flushed = true;
        return true;
    }
    if (strstr(line, "pci_nvme_write") == NULL || sectors == NULL || lba == NULL ||
        sscanf(sectors, " nlb %llu", &count) != 1 || sscanf(lba, " lba 0x%llx", &first) != 1) {
        return true;
    }
    for (uint64_t block = first / SECTORS; block < (first + count) / SECTORS; block++) {
        if (!block_written(round, block)) {
            return false;
        }
    }
    return true;
}

bool crowd_flushes_are_in_order(const char *trace_path)
{
    struct round round = {.mark = 0};
    FILE *trace = fopen(trace_path, "re");
    char line[256];
    bool is_right = true;

    while (trace != NULL && is_right && fgets(line, sizeof(line), trace) != NULL) {
        is_right = line_take(&round, line);
    }
    if (trace != NULL) {
        fclose(trace);
    }
    if (is_right && round.mark != CROWD_MARK_COUNT) {
        return case_fail("%u of %d marks are in %s", round.mark, CROWD_MARK_COUNT, trace_path);
    }
    return is_right;
}

/* ---- Its contents ---- */

static bool is_empty(const struct crowd_record *record)
{
    static const struct crowd_record empty;

    return memcmp(record, &empty, sizeof(empty)) == 0;
}

/* Whose block of the disk it is: a program, or CROWD_PING: nobody's. */
static enum crowd_member owner_of(uint64_t block, uint64_t *place)
{
    uint64_t member = CROWD_A + (block - CROWD_PD_START) / CROWD_PD_SIZE;

    *place = (block - CROWD_PD_START) % CROWD_PD_SIZE;
    return block >= CROWD_PD_START && member < CROWD_PING ? (enum crowd_member)member : CROWD_PING;
}

static bool is_table_or_vm(uint64_t block)
{
    return block < GPT_BLOCKS || block >= CROWD_DISK_SIZE - GPT_BLOCKS ||
           (block >= CROWD_VM_START && block < CROWD_PD_START);
}

static bool block_check(const struct crowd_record *record, uint64_t block)
{
    uint64_t place;
    enum crowd_member owner = owner_of(block, &place);
    bool is_promised = owner == CROWD_DOOMED && place - CROWD_DEATH < CROWD_DEATH_COUNT;

    if (is_table_or_vm(block) || (is_empty(record) && !is_promised)) {
        return true;
    }
    if (owner == CROWD_PING) {
        return case_fail("block %llu of the disk belongs to nobody and is written",
                         (unsigned long long)block);
    }
    return (record->owner == crowd_owner(crowd_names[owner]) && record->block == place &&
            record->sum == crowd_sum(record)) ||
           case_fail("block %llu of %s is not what it wrote there", (unsigned long long)place,
                     crowd_names[owner]);
}

bool crowd_disk_is_right(const char *disk_path)
{
    static struct crowd_record record;
    FILE *disk = fopen(disk_path, "re");
    uint64_t block = 0;
    bool is_right = disk != NULL;

    while (is_right && block < CROWD_DISK_SIZE && fread(&record, sizeof(record), 1, disk) == 1) {
        is_right = block_check(&record, block++);
    }
    if (disk != NULL) {
        fclose(disk);
    }
    if (is_right && block != CROWD_DISK_SIZE) {
        return case_fail("%s has %llu blocks", disk_path, (unsigned long long)block);
    }
    return is_right;
}
