/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a finished image for tests: from its bytes and the contract headers alone, with no code of
 * the tool.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drover/manifest.h"
#include "table_walk.h"

struct image_reader {
    const uint8_t *bytes;
    uint64_t size;
    const struct loader_info *loader;
    const struct manifest *manifest;
};

/* Opens an image; ends the program where it is not one. Finds the manifest as the kernel does,
 * through its table. */
struct image_reader image_reader_open(const uint8_t *bytes, uint64_t size);

/* Arrays of the manifest. */
const struct manifest_pd *image_pd(const struct image_reader *image, const char *name);
const struct manifest_vcpu *image_vcpu(const struct image_reader *image, size_t index);
const struct manifest_channel *image_channel(const struct image_reader *image, size_t index);
const struct manifest_irq *image_irq(const struct image_reader *image, uint32_t intid);
const struct manifest_map *image_map(const struct image_reader *image, size_t index);
const struct manifest_slot *image_slot(const struct image_reader *image, size_t index);
const struct manifest_schedule *image_schedule(const struct image_reader *image, size_t index);

/* Walks the table of a VTTBR, and the kernel's. */
struct walk image_walk(const struct image_reader *image, uint64_t vttbr, uint64_t va);
struct walk image_walk_kernel(const struct image_reader *image, uint64_t va);
struct walk image_walk_loader(const struct image_reader *image, uint64_t va);

/* The bytes at a PA in the image; NULL where it lies outside. */
const void *image_bytes(const struct image_reader *image, uint64_t pa);

/* The eight bytes at `va` of the PD called `name`, which are in the image. */
uint64_t image_word(const struct image_reader *image, const char *name, uint64_t va);

/* Whether the loader zeroes all of a range. */
bool image_zeroes(const struct image_reader *image, uint64_t pa, uint64_t size);

/* Checks that every page of size bytes at `va` leads to `pa` and so on, with these permissions. */
bool image_maps(const struct image_reader *image, uint64_t vttbr, uint64_t va, uint64_t pa,
                uint64_t size, uint32_t perms, enum walk_memory memory);
