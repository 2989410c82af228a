/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks translation tables as the hardware does, from an image's bytes alone. Shares no code with
 * the tool, so that the two check each other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum walk_memory {
    WALK_NORMAL_CACHED,
    WALK_NORMAL_UNCACHED,
    WALK_DEVICE_NGNRE,
    WALK_DEVICE_NGNRNE,
    WALK_OTHER,
};

struct walk {
    bool mapped;
    uint64_t pa;
    uint64_t block; /* bytes that the entry maps */
    uint32_t perms; /* 1 read, 2 write, 4 execute */
    enum walk_memory memory;
    bool inner_shareable;
    bool contiguous;
};

/* Walks the table whose root lies at `root_pa`, in an image of `size` bytes loaded at `image_pa`.
 * Anything that hardware would not take, or that lies outside of the image, ends the program. */
struct walk walk_stage2(const uint8_t *image, uint64_t image_pa, uint64_t size, uint64_t root_pa,
                        uint64_t va);
struct walk walk_el2(const uint8_t *image, uint64_t image_pa, uint64_t size, uint64_t root_pa,
                     uint64_t va);
