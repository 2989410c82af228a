/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A disk with a partition table that is wrong in places; the checksums are right, so that the rest
 * is looked at. Each client gets a part of the disk, outside of the tables, or nothing.
 *
 * Input: bit 0 of the first byte chooses the kind of table, bit 1 whether checksums are made right,
 * bits 2 to 4 the size of an LBA; then an offset (2 bytes) and a byte that is put there, and so on.
 */
#include <stdlib.h>

#include "blk/rig.h"

#define CLIENTS   4
#define READS_MAX 600 /* blocks: two arrays of 1 MiB and some headers */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void spoil(const uint8_t *bytes, size_t size)
{
    for (; size >= 3; bytes += 3, size -= 3) {
        unsigned offset = bytes[0] | (unsigned)bytes[1] << 8;
        /* The first 32 KiB of the disk, and its last. */
        uint8_t *half =
            offset < 0x8000 ? rig_disk[0] : rig_disk[RIG_DISK_BLOCKS - 0x8000 / BLK_TRANSFER_SIZE];
        half[offset % 0x8000] = bytes[2];
    }
}

static void check_parts(void)
{
    for (unsigned i = 0; i < CLIENTS; i++) {
        if (!blk_storage_is_ready(rig_clients[i].info)) {
            continue;
        }
        /* The rig aborts if the driver is asked for what is not on the disk. */
        uint64_t blocks = rig_clients[i].info->capacity;
        if (blocks == 0 || blocks >= RIG_DISK_BLOCKS) {
            abort();
        }
        rig_ask(i, BLK_REQ_WRITE, 0, 0, 1, 1);
        rig_ask(i, BLK_REQ_WRITE, 0, blocks - 1, 1, 2);
        notified(RIG_CLIENT_CH(i));
        blk_req_t request;
        while (rig_take(&request)) {
            if (request.block_number == 0 || request.block_number >= RIG_DISK_BLOCKS) {
                abort();
            }
            rig_answer(&request, BLK_RESP_OK, 1);
            notified(RIG_DRIVER_CH);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    rig_reset(CLIENTS, 8, 8);
    rig_driver.info->sector_size = (uint16_t)(512u << (bytes[0] >> 2 & 3));
    if ((bytes[0] & 1) != 0) {
        rig_gpt(CLIENTS);
    } else {
        rig_mbr(0, 0x83, 64, 1000);
        rig_mbr(1, 0x83, 2048, 1000);
    }
    spoil(bytes + 1, size - 1);
    if ((bytes[0] & 3) == 3) {
        rig_gpt_seal();
    }
    init();
    if (rig_serve() > READS_MAX) {
        abort();
    }
    check_parts();
    return 0;
}
