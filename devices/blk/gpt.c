/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * UEFI 2.10, 5.3.2 (table 5.5, the header) and 5.3.3 (table 5.6, an entry).
 */
#include "bytes.h"
#include "gpt.h"

#define HEADER_REVISION     8
#define HEADER_SIZE         12
#define HEADER_CRC          16
#define HEADER_OWN_LBA      24
#define HEADER_OTHER_LBA    32
#define HEADER_FIRST_USABLE 40
#define HEADER_LAST_USABLE  48
#define HEADER_ARRAY_LBA    72
#define HEADER_ENTRY_COUNT  80
#define HEADER_ENTRY_SIZE   84
#define HEADER_ARRAY_CRC    88
#define HEADER_SIZE_MIN     92

#define REVISION_MAJOR 1 /* in the upper half */

#define ENTRY_TYPE       0
#define ENTRY_TYPE_WORDS 4
#define ENTRY_FIRST_LBA  32
#define ENTRY_LAST_LBA   40

static const uint8_t signature[8] = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'};

uint32_t gpt_crc(uint32_t crc, const uint8_t *bytes, uint32_t size)
{
    /* The remainders of four bits by ISO 3309's polynomial, 0xedb88320 with the lowest bit first.
     */
    static const uint32_t remainders[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    crc = ~crc;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        crc = crc >> 4 ^ remainders[crc & 15];
        crc = crc >> 4 ^ remainders[crc & 15];
    }
    return ~crc;
}

static bool crc_is_right(const uint8_t *header, uint32_t size)
{
    static const uint8_t zero[4];
    uint32_t crc = gpt_crc(0, header, HEADER_CRC);
    crc = gpt_crc(crc, zero, sizeof(zero));
    crc = gpt_crc(crc, header + HEADER_CRC + 4, size - HEADER_CRC - 4);
    return crc == bytes_32(header + HEADER_CRC);
}

/* LBAs that the array of entries takes. */
static uint64_t array_lbas(const struct gpt_header *header, uint32_t lba_size)
{
    return ((uint64_t)header->entry_count * header->entry_size + lba_size - 1) / lba_size;
}

/* Whether header and array lie on the disk, apart from what partitions may use. */
static bool layout_is_right(const struct gpt_header *header, uint32_t lba_size, uint64_t own_lba,
                            uint64_t disk_lbas)
{
    uint64_t array = array_lbas(header, lba_size);
    if (own_lba >= disk_lbas || header->array_lba >= disk_lbas ||
        array > disk_lbas - header->array_lba || header->last_usable >= disk_lbas ||
        header->first_usable > header->last_usable || header->first_usable <= GPT_HEADER_LBA) {
        return false;
    }
    uint64_t array_end = header->array_lba + array;
    return (own_lba < header->first_usable || own_lba > header->last_usable) &&
           (array_end <= header->first_usable || header->array_lba > header->last_usable);
}

const char *gpt_header_parse(const uint8_t *header_lba, uint32_t lba_size, uint64_t own_lba,
                             uint64_t disk_lbas, struct gpt_header *header)
{
    for (unsigned i = 0; i < sizeof(signature); i++) {
        if (header_lba[i] != signature[i]) {
            return "has no signature";
        }
    }
    uint32_t size = bytes_32(header_lba + HEADER_SIZE);
    if (bytes_32(header_lba + HEADER_REVISION) >> 16 != REVISION_MAJOR || size < HEADER_SIZE_MIN ||
        size > lba_size) {
        return "is of a revision or a size that is not known";
    }
    if (!crc_is_right(header_lba, size)) {
        return "has a wrong checksum";
    }
    *header = (struct gpt_header){
        .first_usable = bytes_64(header_lba + HEADER_FIRST_USABLE),
        .last_usable = bytes_64(header_lba + HEADER_LAST_USABLE),
        .array_lba = bytes_64(header_lba + HEADER_ARRAY_LBA),
        .entry_count = bytes_32(header_lba + HEADER_ENTRY_COUNT),
        .entry_size = bytes_32(header_lba + HEADER_ENTRY_SIZE),
        .array_crc = bytes_32(header_lba + HEADER_ARRAY_CRC),
    };
    if (bytes_64(header_lba + HEADER_OWN_LBA) != own_lba) {
        return "stands where it does not belong";
    }
    if (header->entry_size < GPT_ENTRY_SIZE_MIN || header->entry_size > lba_size ||
        (header->entry_size & (header->entry_size - 1)) != 0 ||
        header->entry_count > GPT_ARRAY_SIZE_MAX / header->entry_size) {
        return "has entries of a size or a number that is not known";
    }
    /* The other header is where a client could forge one if a partition reached there. */
    uint64_t other_lba = bytes_64(header_lba + HEADER_OTHER_LBA);
    if (!layout_is_right(header, lba_size, own_lba, disk_lbas) ||
        (other_lba >= header->first_usable && other_lba <= header->last_usable) ||
        header->last_usable == disk_lbas - 1) {
        return "leaves partitions no room beside itself, or more than the disk has";
    }
    return NULL;
}

struct gpt_entry gpt_entry_parse(const uint8_t *entry, const struct gpt_header *header,
                                 bool *is_bad)
{
    uint32_t type = 0;
    for (unsigned i = 0; i < ENTRY_TYPE_WORDS; i++) {
        type |= bytes_32(entry + ENTRY_TYPE + 4 * i);
    }
    uint64_t first = bytes_64(entry + ENTRY_FIRST_LBA);
    uint64_t last = bytes_64(entry + ENTRY_LAST_LBA);
    if (type == 0) {
        return (struct gpt_entry){0};
    }
    if (first < header->first_usable || last > header->last_usable || first > last) {
        *is_bad = true;
        return (struct gpt_entry){0};
    }
    return (struct gpt_entry){.first_lba = first, .lba_count = last - first + 1};
}
