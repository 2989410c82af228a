/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A GUID partition table (UEFI 2.10, 5.3). It comes from a disk and may hold anything: what these
 * functions let pass has been checked against the disk's size, and partitions neither cover the
 * table nor its copy. Numbers of the disk are in its logical blocks (LBA), not sDDF's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GPT_HEADER_LBA     1               /* of the primary header; the copy is the last LBA */
#define GPT_LBA_SIZE_MIN   512             /* bytes */
#define GPT_ARRAY_SIZE_MAX (1024u * 1024u) /* bytes of entries; a usual table has 16 KiB */
#define GPT_ENTRY_SIZE_MIN 128             /* bytes */

struct gpt_header {
    uint64_t first_usable, last_usable; /* LBA; partitions lie between, both included */
    uint64_t array_lba;                 /* of the entries */
    uint32_t entry_count;
    uint32_t entry_size; /* bytes: a power of two that divides an LBA */
    uint32_t array_crc;
};

struct gpt_entry {
    uint64_t first_lba;
    uint64_t lba_count; /* 0: unused */
};

/* The CRC-32 of UEFI (ISO 3309) of `size` bytes more; begins with crc 0. */
uint32_t gpt_crc(uint32_t crc, const uint8_t *bytes, uint32_t size);

/* Reads the header that stands at `own_lba` of a disk of `disk_lbas`; `header_lba` has `lba_size`
 * bytes. Returns NULL, or what is wrong with it. */
const char *gpt_header_parse(const uint8_t *header_lba, uint32_t lba_size, uint64_t own_lba,
                             uint64_t disk_lbas, struct gpt_header *header);

/* Reads an entry, header->entry_size bytes. An entry that reaches beyond what the header allows is
 * unused, and `*is_bad` becomes true. */
struct gpt_entry gpt_entry_parse(const uint8_t *entry, const struct gpt_header *header,
                                 bool *is_bad);
