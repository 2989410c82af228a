/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The checksum of U-Boot's legacy image format.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns the CRC-32 of IEEE 802.3, reflected, as U-Boot computes it. */
uint32_t crc32(const uint8_t *bytes, size_t size);
