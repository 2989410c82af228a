/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory of the tool's own data.
 */
#include "alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *alloc_checked(void *memory)
{
    if (memory == NULL) {
        fputs("drover: error: the host has no memory left\n", stderr);
        exit(1);
    }
    return memory;
}

void *alloc_array(size_t count, size_t size)
{
    return alloc_checked(calloc(count == 0 ? 1 : count, size));
}

void *alloc_grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return array;
    }
    size_t wanted = *capacity == 0 ? 8 : *capacity * 2;
    if (wanted > SIZE_MAX / size) {
        return alloc_checked(NULL);
    }
    *capacity = wanted;
    return alloc_checked(realloc(array, wanted * size));
}
