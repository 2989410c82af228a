/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Bytes played on the example system: each makes a program, a guest or a device do something.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Boots the example system and plays `size` bytes. What breaks an invariant ends in system_fail().
 */
void play(const uint8_t *data, size_t size);
