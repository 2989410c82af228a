/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has which physical memory: a sorted list of claims on the board's RAM, and first fit over
 * what is left. All ranges are physical (PA) and page aligned.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "system.h"

#define CLAIM_KEEP UINT64_MAX /* `zero_from` of a claim that the loader leaves as it is */

struct claim {
    uint64_t base;           /* PA */
    uint64_t size;           /* bytes, not 0 */
    uint64_t zero_from;      /* the loader zeroes from this offset to the end; or CLAIM_KEEP */
    const char *kind;        /* "memory region", "stack of", ... */
    const char *name;        /* of whose; may be empty */
    const struct source *at; /* where the description asks for it, or NULL */
};

struct memory {
    const struct board *board;
    struct claim *claims; /* sorted by base, disjoint */
    size_t claim_count, claim_capacity;
};

/* Claims the range that `claim` says. Where another claim has part of it, returns that one and
 * changes nothing; else returns NULL. */
const struct claim *memory_claim(struct memory *memory, const struct claim *claim);

/*
 * Claims `claim->size` bytes of free RAM at the lowest PA that equals `residue` modulo `align` (a
 * power of two), and sets `claim->base`. Where no gap is large enough reports so, with a map of
 * what is free, and returns false.
 */
bool memory_place(struct memory *memory, struct claim *claim, uint64_t align, uint64_t residue);

/* Returns the bytes from `pa` to the next claim or the end of its RAM; 0 if `pa` is not free RAM.
 */
uint64_t memory_room(const struct memory *memory, uint64_t pa);

/* Returns the claim that lies next at or above `pa`, or NULL. */
const struct claim *memory_next(const struct memory *memory, uint64_t pa);

/* Calls `visit` for every free range of RAM, lowest first. */
void memory_each_free(const struct memory *memory,
                      void (*visit)(void *context, uint64_t base, uint64_t size), void *context);

void memory_free(struct memory *memory);
