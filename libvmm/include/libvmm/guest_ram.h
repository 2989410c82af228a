/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Guest memory that the VMM has mapped as well: checked translation from guest-physical space
 * (GPA) to the VMM's virtual space (VA). It is what the routing table lists as RAM with a VMM VA,
 * which is what the VMM can write.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_MAX_RAM_REGIONS 3

struct guest_ram_region {
    uint64_t gpa_start;
    uint64_t size;   /* bytes */
    void *vmm_vaddr; /* VA in the VMM */
};

/*
 * The VA of the `size` bytes of guest RAM at `gpa`. NULL if they are not all inside one region of
 * guest RAM that the VMM has mapped. Safe for any values a guest may give.
 */
void *gpa_to_hva(uint64_t gpa, size_t size);

/* The region of guest RAM that holds `gpa`, which the VMM has mapped and the guest itself may read
 * and write: what a device may reach in the guest's name. False if there is none. */
bool guest_ram_region_find(uint64_t gpa, struct guest_ram_region *region);

/* The GPA of guest RAM that the VMM sees at `va`; false if there is none. */
bool guest_ram_gpa_of_va(uintptr_t va, uint64_t *gpa);
