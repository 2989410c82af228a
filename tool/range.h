/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Ranges of an address space, physical or virtual; none of them wraps.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    uint64_t base;
    uint64_t size; /* bytes */
};

/* Whether two ranges have a byte in common. */
bool range_overlaps(const struct range *range, uint64_t base, uint64_t size);

/* Sorts `*count` ranges, drops the empty ones, and joins those that overlap or touch. */
void range_merge(struct range *ranges, size_t *count);
