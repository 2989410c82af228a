/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What blk_client.elf is to do beside checking its disk: the section .blk_client_test, which may be
 * overwritten. All in blocks of BLK_TRANSFER_SIZE.
 */
#pragma once

#include <stdint.h>

struct blk_client_test {
    uint32_t check_blocks;   /* to be checked, as far as there are so many; 0: none */
    uint32_t request_blocks; /* of one request, for the check and for the timed run */
    uint32_t depth;          /* requests at once */
    uint32_t timed_requests; /* of the timed run afterwards; 0: none */
    uint8_t timed_is_write;
    uint8_t timed_is_random; /* else one behind the other */
    uint8_t reserved[2];
};
