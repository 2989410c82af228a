/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Data caches, for disks whose DMA does not look into them. All take a VA of this PD and bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Before a device reads memory: what was written there is in memory. */
void cache_clean(uintptr_t vaddr, size_t size);

/* Before and after a device writes memory: no line of it is in the caches. */
void cache_clean_and_invalidate(uintptr_t vaddr, size_t size);
