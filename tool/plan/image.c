/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The image under construction: one run of physical memory that grows page by page.
 */
#include "image.h"

#include <assert.h>
#include <sys/mman.h>

#include "drover/abi.h"

bool image_init(struct image *image, uint64_t pa, uint64_t limit)
{
    assert(pa % PAGE_SIZE_4K == 0);
    limit -= limit % PAGE_SIZE_4K;
    *image = (struct image){.pa = pa, .limit = limit};
    if (limit == 0) {
        return true;
    }
    void *bytes = mmap(NULL, limit, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        return false;
    }
    image->bytes = bytes;
    image->mapped = limit;
    return true;
}

void image_free(struct image *image)
{
    if (image->bytes != NULL) {
        munmap(image->bytes, image->mapped);
    }
    *image = (struct image){0};
}

void *image_add(struct image *image, uint64_t size, uint64_t align, uint64_t residue, uint64_t *pa)
{
    assert(align >= PAGE_SIZE_4K && (align & (align - 1)) == 0 && residue % PAGE_SIZE_4K == 0);
    uint64_t end = image->pa + image->size;
    uint64_t gap = (residue - end) & (align - 1);
    uint64_t room = image->limit - image->size;
    if (gap > room || size > room - gap) {
        return NULL;
    }
    *pa = end + gap;
    uint8_t *memory = image->bytes + image->size + gap;
    image->size += gap + (size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
    return memory;
}

void *image_at(const struct image *image, uint64_t pa)
{
    assert(pa >= image->pa && pa - image->pa < image->size);
    return image->bytes + (pa - image->pa);
}
