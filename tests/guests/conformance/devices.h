/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two devices whose level interrupt a store raises and lowers: the RTC and the GPIO block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Prepares both devices; their interrupts stay low. */
void devices_prepare(void);

/* Raises or lowers the line of the device whose interrupt is `intid`. */
void device_drive(uint32_t intid, bool high);

/* Lowers both lines. */
void devices_lower(void);
