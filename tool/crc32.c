/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The checksum of U-Boot's legacy image format.
 */
#include "crc32.h"

uint32_t crc32_of(const uint8_t *bytes, size_t size)
{
    uint32_t table[256];
    uint32_t crc = 0xffffffff;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++) {
            table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xedb88320 : 0);
        }
    }
    for (size_t i = 0; i < size; i++) {
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    }
    return ~crc;
}
