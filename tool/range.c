/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Ranges of an address space.
 */
#include "range.h"

#include <stdlib.h>

bool range_overlaps(const struct range *range, uint64_t base, uint64_t size)
{
    return base < range->base + range->size && range->base < base + size;
}

static int compare(const void *left, const void *right)
{
    const struct range *a = left;
    const struct range *b = right;
    return (a->base > b->base) - (a->base < b->base);
}

void range_merge(struct range *ranges, size_t *count)
{
    size_t merged = 0;
    qsort(ranges, *count, sizeof(*ranges), compare);
    for (size_t i = 0; i < *count; i++) {
        struct range *last = merged == 0 ? NULL : &ranges[merged - 1];
        uint64_t end = ranges[i].base + ranges[i].size;
        if (last != NULL && ranges[i].base <= last->base + last->size) {
            uint64_t last_end = last->base + last->size;
            last->size = (end > last_end ? end : last_end) - last->base;
        } else if (ranges[i].size != 0) {
            ranges[merged++] = ranges[i];
        }
    }
    *count = merged;
}
