/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * UEFI 2.10, 5.2.1 (table 5.1 the record, 5.2 a partition) and 5.2.3 (the protective record).
 */
#include "bytes.h"
#include "mbr.h"

#define OFFSET_PARTITIONS 446
#define PARTITION_SIZE    16
#define OFFSET_SIGNATURE  510
#define SIGNATURE         0xaa55

#define PARTITION_TYPE  4
#define PARTITION_FIRST 8
#define PARTITION_COUNT 12

#define TYPE_EMPTY          0x00
#define TYPE_EXTENDED       0x05 /* these three hold a list of further partitions */
#define TYPE_EXTENDED_LBA   0x0f
#define TYPE_EXTENDED_LINUX 0x85
#define TYPE_PROTECTIVE     0xee

bool mbr_parse(const uint8_t *record, struct mbr *mbr)
{
    *mbr = (struct mbr){0};
    if (bytes_16(record + OFFSET_SIGNATURE) != SIGNATURE) {
        return false;
    }
    for (unsigned i = 0; i < MBR_PARTITIONS; i++) {
        const uint8_t *partition = record + OFFSET_PARTITIONS + i * PARTITION_SIZE;
        switch (partition[PARTITION_TYPE]) {
        case TYPE_PROTECTIVE:
            mbr->is_protective = true;
            break;
        case TYPE_EMPTY:
        case TYPE_EXTENDED:
        case TYPE_EXTENDED_LBA:
        case TYPE_EXTENDED_LINUX:
            break;
        default:
            mbr->partitions[i].first_lba = bytes_32(partition + PARTITION_FIRST);
            mbr->partitions[i].lba_count = bytes_32(partition + PARTITION_COUNT);
            break;
        }
    }
    return true;
}
