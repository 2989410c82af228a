/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The partitions of a disk image: MBR with extended partitions, or GPT (UEFI 2.10, chapter 5).
 */
#include "payload_partitions.h"

#include <string.h>

#include "crc32.h"
#include "diag.h"

/* The MBR: four entries of 16 bytes, then 55 aa (UEFI 2.10, 5.2.1). */
#define MBR_SECTOR      512
#define MBR_ENTRIES     446
#define MBR_ENTRY_SIZE  16
#define MBR_ENTRY_COUNT 4
#define MBR_TYPE        4
#define MBR_FIRST       8
#define MBR_COUNT       12
#define TYPE_EXTENDED   0x05
#define TYPE_EXTENDED_2 0x0f
#define TYPE_EXTENDED_3 0x85
#define TYPE_GPT        0xee

/* GPT: the header in sector 1 (UEFI 2.10, 5.3.2) and its entries (5.3.3). */
#define GPT_SIGNATURE    "EFI PART"
#define GPT_HEADER_SIZE  12
#define GPT_HEADER_CRC   16
#define GPT_HEADER_LEAST 92
#define GPT_ENTRIES_LBA  72
#define GPT_ENTRY_COUNT  80
#define GPT_ENTRY_SIZE   84
#define GPT_ENTRY_LEAST  128
#define GPT_FIRST        32
#define GPT_LAST         40

static uint32_t load32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static uint64_t load64(const uint8_t *bytes)
{
    return load32(bytes) | (uint64_t)load32(bytes + 4) << 32;
}

struct image {
    const uint8_t *bytes;
    uint64_t size;
    uint64_t sector; /* bytes */
    struct payload_partitions *partitions;
};

/* Adds a partition, in sectors; one that is not whole in the image is only counted. */
static void partition_add(const struct image *image, unsigned number, uint64_t first,
                          uint64_t count)
{
    struct payload_partitions *partitions = image->partitions;
    uint64_t sectors = image->size / image->sector;
    if (count == 0) {
        return;
    }
    if (first >= sectors || count > sectors - first) {
        partitions->cut_count++;
    } else if (partitions->count < PARTITIONS_MAX) {
        partitions->list[partitions->count++] = (struct payload_partition){
            .number = number, .offset = first * image->sector, .size = count * image->sector};
    }
}

static bool has_mbr(const uint8_t *sector)
{
    return sector[MBR_SECTOR - 2] == 0x55 && sector[MBR_SECTOR - 1] == 0xaa;
}

static bool is_extended(uint8_t type)
{
    return type == TYPE_EXTENDED || type == TYPE_EXTENDED_2 || type == TYPE_EXTENDED_3;
}

/* Follows the chain of an extended partition: in each of its sectors one entry is a partition,
 * counted from that sector, and one the next link, counted from the first. */
static void extended_read(const struct image *image, uint64_t base)
{
    uint64_t at = base;
    for (unsigned i = 0; i < PARTITIONS_MAX; i++) {
        if (at >= image->size / MBR_SECTOR) {
            return;
        }
        const uint8_t *sector = image->bytes + at * MBR_SECTOR;
        if (!has_mbr(sector)) {
            return;
        }
        uint64_t next = 0;
        for (int j = 0; j < MBR_ENTRY_COUNT; j++) {
            const uint8_t *entry = sector + MBR_ENTRIES + j * MBR_ENTRY_SIZE;
            if (is_extended(entry[MBR_TYPE])) {
                next = next == 0 ? base + load32(entry + MBR_FIRST) : next;
            } else if (entry[MBR_TYPE] != 0) {
                partition_add(image, 5 + i, at + load32(entry + MBR_FIRST),
                              load32(entry + MBR_COUNT));
            }
        }
        if (next <= at) { /* the end, or a loop */
            return;
        }
        at = next;
    }
}

static void mbr_read(const struct image *image)
{
    image->partitions->scheme = "MBR";
    for (unsigned i = 0; i < MBR_ENTRY_COUNT; i++) {
        const uint8_t *entry = image->bytes + MBR_ENTRIES + i * MBR_ENTRY_SIZE;
        if (is_extended(entry[MBR_TYPE])) {
            extended_read(image, load32(entry + MBR_FIRST));
        } else if (entry[MBR_TYPE] != 0) {
            partition_add(image, i + 1, load32(entry + MBR_FIRST), load32(entry + MBR_COUNT));
        }
    }
}

/* The header's own checksum, which counts as 0 in it. */
static bool gpt_is_whole(const uint8_t *header, uint32_t size)
{
    uint8_t copy[MBR_SECTOR];
    memcpy(copy, header, size);
    memset(copy + GPT_HEADER_CRC, 0, 4);
    return crc32_of(copy, size) == load32(header + GPT_HEADER_CRC);
}

static bool gpt_read(const struct image *image, const struct source *at)
{
    const uint8_t *header = image->bytes + image->sector;
    uint32_t header_size = load32(header + GPT_HEADER_SIZE);
    if (header_size < GPT_HEADER_LEAST || header_size > MBR_SECTOR ||
        !gpt_is_whole(header, header_size)) {
        diag_error(at, "the GPT header in sector 1 is damaged (its checksum is wrong); repair the "
                       "image with sgdisk or gdisk, or cut the partition out of it");
        return false;
    }
    uint64_t lba = load64(header + GPT_ENTRIES_LBA);
    uint32_t count = load32(header + GPT_ENTRY_COUNT);
    uint32_t entry_size = load32(header + GPT_ENTRY_SIZE);
    count = count > PARTITIONS_MAX ? PARTITIONS_MAX : count;
    if (entry_size < GPT_ENTRY_LEAST || entry_size > 4096 || lba >= image->size / image->sector ||
        (uint64_t)count * entry_size > image->size - lba * image->sector) {
        diag_error(at,
                   "the GPT's entries (at sector %llu, %u of %u bytes) do not lie in the "
                   "image; it is cut off: copy it again",
                   (unsigned long long)lba, count, entry_size);
        return false;
    }
    image->partitions->scheme = "GPT";
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = image->bytes + lba * image->sector + (uint64_t)i * entry_size;
        uint64_t first = load64(entry + GPT_FIRST), last = load64(entry + GPT_LAST);
        bool is_used = (load64(entry) | load64(entry + 8)) != 0;
        if (is_used && last >= first && last != UINT64_MAX) {
            partition_add(image, i + 1, first, last - first + 1);
        }
    }
    return true;
}

bool payload_partitions_read(struct payload_partitions *partitions, const uint8_t *bytes,
                             uint64_t size, const struct source *at, bool *reported)
{
    struct image image = {.bytes = bytes, .size = size, .partitions = partitions};
    *partitions = (struct payload_partitions){0};
    *reported = false;
    /* Disks have sectors of 512 or of 4096 bytes; the header's place tells. */
    for (image.sector = 512; image.sector <= 4096; image.sector *= 8) {
        if (size >= image.sector * 2 &&
            memcmp(bytes + image.sector, GPT_SIGNATURE, sizeof(GPT_SIGNATURE) - 1) == 0) {
            *reported = !gpt_read(&image, at);
            return !*reported;
        }
    }
    if (size < MBR_SECTOR || !has_mbr(bytes)) {
        return false;
    }
    image.sector = MBR_SECTOR;
    for (int i = 0; i < MBR_ENTRY_COUNT; i++) {
        if (bytes[MBR_ENTRIES + i * MBR_ENTRY_SIZE + MBR_TYPE] == TYPE_GPT) {
            diag_error(at, "the MBR says that the disk has a GPT, and sector 1 has none; the image "
                           "is cut off or damaged: copy it again");
            *reported = true;
            return false;
        }
    }
    mbr_read(&image);
    return true;
}
