/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Questions to the guest table (drover/guest_table.h): where the guest's payload goes, which
 * firmware calls it may make, what lies where on the board. `drover compose` writes it for the
 * generic VMM; any other VMM may have one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/guest_table.h"

/*
 * The table at `table_vaddr` (VA in the VMM), a file of `file_size` bytes. NULL, after a line that
 * says what is wrong, unless it is of the version and with the flags that this library knows,
 * whole, and nothing in it leads out of it. Where its GPAs are is for linux_setup_images() to
 * judge.
 */
const struct guest_table *guest_table_check(uintptr_t table_vaddr, size_t file_size);

/* What the table says of the place that holds `gpa`, of several the most precise; NULL if it has
 * none. The table has to be sound, here and below. */
const char *guest_table_place_text(const struct guest_table *table, uint64_t gpa);

static inline const struct guest_place *guest_table_places(const struct guest_table *table)
{
    return (const struct guest_place *)((uintptr_t)table + table->place_offset);
}

/* The identifiers of the functions that go to the firmware, `smc_count` of them. */
static inline const uint32_t *guest_table_smcs(const struct guest_table *table)
{
    return (const uint32_t *)((uintptr_t)table + table->smc_offset);
}

static inline const struct guest_device *guest_table_devices(const struct guest_table *table)
{
    return (const struct guest_device *)((uintptr_t)table + table->device_offset);
}

/* The device's configuration, `config_size` bytes at a multiple of 8. */
static inline const void *guest_table_config(const struct guest_table *table,
                                             const struct guest_device *device)
{
    return (const void *)((uintptr_t)table + device->config_offset);
}

static inline const struct guest_data_region *guest_table_regions(const struct guest_table *table,
                                                                  const struct guest_device *device)
{
    return (const struct guest_data_region *)((uintptr_t)table + device->region_offset);
}

static inline const struct guest_pci *guest_table_pcis(const struct guest_table *table)
{
    return (const struct guest_pci *)((uintptr_t)table + table->pci_offset);
}
