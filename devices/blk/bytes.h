/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Little-endian numbers in a block of a disk, wherever they stand.
 */
#pragma once

#include <stdint.h>

static inline uint16_t bytes_16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t bytes_32(const uint8_t *at)
{
    return bytes_16(at) | (uint32_t)bytes_16(at + 2) << 16;
}

static inline uint64_t bytes_64(const uint8_t *at)
{
    return bytes_32(at) | (uint64_t)bytes_32(at + 4) << 32;
}
