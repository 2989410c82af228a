/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * In place of the header of the device classes: accesses go to a device that the test defines.
 */
#pragma once

#include <stdint.h>

uint32_t mmio_read32(uintptr_t base, uint32_t offset);
void mmio_write32(uintptr_t base, uint32_t offset, uint32_t value);
