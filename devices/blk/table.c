/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * One block is read at a time, and copied before it is looked at. First the master boot record; a
 * protective one says that a GPT follows: its header, then its entries with their checksum; if
 * either is bad, the copy at the disk's end. Nothing that was found counts before the checksum is
 * right.
 */
#include "cache.h"
#include "gpt.h"
#include "mbr.h"
#include "table.h"
#include "virt.h"

enum table_step {
    STEP_MBR,
    STEP_GPT_HEADER,
    STEP_GPT_ARRAY,
    STEP_DONE,
};

struct found {
    uint64_t start, blocks;
};

static device_region_resource_t region;
static uint8_t block[BLK_TRANSFER_SIZE];
static enum table_step step;
static bool is_out;   /* a read is at the driver */
static bool is_stale; /* and of a table that was given up */
static bool has_arrived;
static blk_resp_status_t arrived_status;
static uint64_t disk_blocks;
static uint32_t lba_size;
static uint64_t header_lba;
static struct gpt_header header;
static uint64_t array_at;  /* byte of the disk at which unread entries begin */
static uint64_t array_end; /* and end */
static uint32_t array_crc;
static uint32_t entry_index; /* of the one at array_at */
static struct found found[VIRT_MAX_CLIENTS];

static uint64_t disk_lbas(void)
{
    return disk_blocks * (BLK_TRANSFER_SIZE / lba_size);
}

static void found_clear(void)
{
    for (uint32_t i = 0; i < VIRT_MAX_CLIENTS; i++) {
        found[i] = (struct found){0};
    }
}

/* Partition `number` of a table, for the clients that have it. It has to begin on a block; what is
 * over at its end is left out. */
static void found_add(uint32_t number, uint64_t first_lba, uint64_t lba_count)
{
    uint64_t lbas = BLK_TRANSFER_SIZE / lba_size;
    bool fits = lba_count != 0 && first_lba < disk_lbas() && lba_count <= disk_lbas() - first_lba;
    for (uint32_t i = 0; i < clients_count(); i++) {
        if (client_at(i)->partition != number || !fits) {
            continue;
        }
        if (first_lba % lbas != 0) {
            virt_say("a partition does not begin on a multiple of 4096 bytes",
                     "; it is not served");
            continue;
        }
        found[i] = (struct found){.start = first_lba / lbas, .blocks = lba_count / lbas};
    }
}

void table_init(const device_region_resource_t *data)
{
    region = *data;
    step = STEP_DONE;
    is_out = false;
    is_stale = false;
    has_arrived = false;
    found_clear();
}

void table_begin(uint64_t blocks, uint32_t size)
{
    disk_blocks = blocks;
    lba_size = size;
    step = STEP_MBR;
    is_stale = is_out;
    has_arrived = false;
    found_clear();
}

static void table_end(const char *what, const char *why)
{
    virt_say(what, why);
    step = STEP_DONE;
}

static void gpt_begin(uint64_t lba)
{
    found_clear();
    header_lba = lba;
    step = STEP_GPT_HEADER;
}

/* A header or its entries are bad: the copy is next, or there is nothing left. */
static void gpt_fail(const char *why)
{
    if (header_lba == GPT_HEADER_LBA) {
        virt_say("the GPT ", why);
        gpt_begin(disk_lbas() - 1);
    } else {
        found_clear();
        table_end("the GPT's copy at the end of the disk ", why);
    }
}

static void mbr_arrived(void)
{
    struct mbr mbr;
    if (!mbr_parse(block, &mbr)) {
        table_end("the disk has no partition table", "");
        return;
    }
    if (mbr.is_protective) {
        gpt_begin(GPT_HEADER_LBA);
        return;
    }
    for (uint32_t i = 0; i < MBR_PARTITIONS; i++) {
        /* The record itself is nobody's. */
        if (mbr.partitions[i].first_lba != 0) {
            found_add(i, mbr.partitions[i].first_lba, mbr.partitions[i].lba_count);
        }
    }
    table_end("the disk has an MBR", "");
}

static void gpt_header_arrived(void)
{
    uint64_t offset = header_lba * lba_size % BLK_TRANSFER_SIZE;
    const char *why = gpt_header_parse(block + offset, lba_size, header_lba, disk_lbas(), &header);
    if (why != NULL) {
        gpt_fail(why);
        return;
    }
    array_at = header.array_lba * lba_size;
    array_end = array_at + (uint64_t)header.entry_count * header.entry_size;
    array_crc = 0;
    entry_index = 0;
    step = STEP_GPT_ARRAY;
}

static void gpt_array_arrived(void)
{
    bool is_bad = false;
    uint32_t offset = (uint32_t)(array_at % BLK_TRANSFER_SIZE);
    while (array_at < array_end && offset < BLK_TRANSFER_SIZE) {
        struct gpt_entry entry = gpt_entry_parse(block + offset, &header, &is_bad);
        array_crc = gpt_crc(array_crc, block + offset, header.entry_size);
        found_add(entry_index, entry.first_lba, entry.lba_count);
        entry_index++;
        array_at += header.entry_size;
        offset += header.entry_size;
    }
    if (is_bad) {
        virt_say("an entry of the GPT reaches where it may not", "; it is left out");
    }
    if (array_at < array_end) {
        return;
    }
    if (array_crc != header.array_crc) {
        gpt_fail("has entries with a wrong checksum");
        return;
    }
    table_end("the disk has a GPT", "");
}

/* The block that the step in hand needs. */
static uint64_t block_wanted(void)
{
    switch (step) {
    case STEP_GPT_HEADER:
        return header_lba * lba_size / BLK_TRANSFER_SIZE;
    case STEP_GPT_ARRAY:
        return array_at / BLK_TRANSFER_SIZE;
    default:
        return 0;
    }
}

static void read_done(void *owner, uint16_t first, uint16_t count, blk_resp_status_t status,
                      uint16_t success_count)
{
    (void)owner;
    (void)first;
    (void)count;
    (void)success_count;
    is_out = false;
    has_arrived = !is_stale;
    is_stale = false;
    arrived_status = status;
}

static void block_arrived(void)
{
    has_arrived = false;
    if (arrived_status != BLK_RESP_OK) {
        found_clear();
        table_end("the driver cannot read the partition table", "");
        return;
    }
    cache_clean_and_invalidate((uintptr_t)region.region.vaddr, BLK_TRANSFER_SIZE);
    __builtin_memcpy(block, region.region.vaddr, BLK_TRANSFER_SIZE);
    if (step == STEP_MBR) {
        mbr_arrived();
    } else if (step == STEP_GPT_HEADER) {
        gpt_header_arrived();
    } else {
        gpt_array_arrived();
    }
}

bool table_continue(void)
{
    if (has_arrived) {
        block_arrived();
    }
    if (step == STEP_DONE) {
        return true;
    }
    if (region.region.vaddr == NULL || region.region.size < BLK_TRANSFER_SIZE) {
        table_end("there is no data region of its own to read a partition table to", "");
        return true;
    }
    if (!is_out && driver_has_room()) {
        cache_clean_and_invalidate((uintptr_t)region.region.vaddr, BLK_TRANSFER_SIZE);
        is_out = true;
        driver_send(BLK_REQ_READ, region.io_addr, block_wanted(), 1, 0, read_done, NULL);
    }
    return false;
}

bool table_partition(uint32_t index, uint64_t *start, uint64_t *blocks)
{
    *start = found[index].start;
    *blocks = found[index].blocks;
    return *blocks != 0;
}
