/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes guest tables for tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "drover/guest_table.h"

/* A place with its text. */
struct table_place {
    uint64_t pa;
    uint64_t size;
    const char *text;
};

/* What a table says. */
struct table_choice {
    uint32_t flags;
    uint64_t kernel_gpa;
    uint64_t dtb_gpa;
    uint64_t initrd_gpa;
    const struct table_place *places;
    size_t place_count;
    const uint32_t *smcs;
    size_t smc_count;
    const struct guest_pci *pci;
    size_t pci_count;
    uint32_t restart_channel; /* 0: none */
};

/* Writes a sound table to `bytes`, which are aligned to 8: header, places, PCI host
 * bridges, firmware functions, texts. Returns its size; aborts where that is more than `room`. */
size_t guest_table_build(void *bytes, size_t room, const struct table_choice *choice);
