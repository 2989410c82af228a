/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A memory region as a configuration names it. Layouts and names are sDDF 0.7's; the tool writes
 * such structures into sections of a program's image.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct region_resource {
    void *vaddr;   /* VA in the PD whose configuration this is */
    uint64_t size; /* bytes */
} region_resource_t;

_Static_assert(sizeof(region_resource_t) == 16 && offsetof(region_resource_t, size) == 8,
               "sDDF's layout");
