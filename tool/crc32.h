/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The checksum of U-Boot's legacy image format.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns the CRC-32 of IEEE 802.3, reflected, as U-Boot computes it. (Not "crc32": zlib,
 * which libarchive loads, would find ours in place of its own.) */
uint32_t crc32_of(const uint8_t *bytes, size_t size);
