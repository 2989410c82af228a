/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Accesses to a device's registers. Tests have a header of this name with a device of their own.
 */
#pragma once

#include <stdint.h>

/* `base` is the VA of the registers, `offset` in bytes. */
static inline uint32_t mmio_read32(uintptr_t base, uint32_t offset)
{
    return *(volatile uint32_t *)(base + offset);
}

static inline void mmio_write32(uintptr_t base, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(base + offset) = value;
}
