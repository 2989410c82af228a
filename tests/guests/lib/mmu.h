/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's own stage 1: a 1:1 map of the lower 512 GiB in blocks of 1 GiB.
 */
#pragma once

#include <stdint.h>

/*
 * Turns MMU and caches on. The first GiB, where the devices are, becomes Device-nGnRnE, and
 * everything else Normal write-back. The walk of upper VAs (bit 63 set) starts at `upper_table`, a
 * GPA that need not be backed.
 */
void mmu_enable(uint64_t upper_table);

/* Makes the 1 GiB of VAs from `index` GiB on translate through a table at `gpa`. */
void mmu_table_set(uint32_t index, uint64_t gpa);
