/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The image under construction: one run of physical memory that begins where the boot loader puts
 * it and grows page by page. What is added is zeroed and never moves, so that it can be
 * filled in place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
    uint64_t pa;     /* first byte, once loaded */
    uint64_t size;   /* bytes so far, multiple of 4096 */
    uint64_t limit;  /* bytes it may grow to; the planner lowers it when others settle behind */
    uint64_t mapped; /* bytes of host address space at `bytes` */
    uint8_t *bytes;
};

/* Starts an empty image at `pa` (page aligned) that may grow to `limit` bytes. Returns false where
 * the host cannot give that much address space. */
bool image_init(struct image *image, uint64_t pa, uint64_t limit);
void image_free(struct image *image);

/*
 * Adds `size` bytes, rounded up to pages, at the next PA that equals `residue` modulo `align` (a
 * power of two, at least 4096). Returns the memory and its PA, or NULL when the limit is reached.
 */
void *image_add(struct image *image, uint64_t size, uint64_t align, uint64_t residue, uint64_t *pa);

/* Returns the memory of the byte at `pa`, which must lie in the image. */
void *image_at(const struct image *image, uint64_t pa);
