/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has which physical memory: claims on the board's RAM, and first fit over what is left.
 */
#include "plan_memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

/* The index of the first claim that ends above `pa`. */
static size_t claim_index(const struct memory *memory, uint64_t pa)
{
    size_t low = 0;
    size_t high = memory->claim_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct claim *claim = &memory->claims[middle];
        if (claim->base + (claim->size - 1) < pa) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct claim *memory_claim(struct memory *memory, const struct claim *claim)
{
    size_t index = claim_index(memory, claim->base);
    if (index < memory->claim_count &&
        memory->claims[index].base <= claim->base + (claim->size - 1)) {
        return &memory->claims[index];
    }
    memory->claims = alloc_grow(memory->claims, memory->claim_count, &memory->claim_capacity,
                                sizeof(*memory->claims));
    memmove(&memory->claims[index + 1], &memory->claims[index],
            (memory->claim_count - index) * sizeof(*memory->claims));
    memory->claims[index] = *claim;
    memory->claim_count++;
    return NULL;
}

const struct claim *memory_next(const struct memory *memory, uint64_t pa)
{
    size_t index = claim_index(memory, pa);
    return index < memory->claim_count ? &memory->claims[index] : NULL;
}

uint64_t memory_room(const struct memory *memory, uint64_t pa)
{
    const struct range *ram = board_memory_find(memory->board, pa, 1);
    const struct claim *next = memory_next(memory, pa);
    if (ram == NULL || (next != NULL && next->base <= pa)) {
        return 0;
    }
    uint64_t end = ram->base + ram->size;
    return (next != NULL && next->base < end ? next->base : end) - pa;
}

void memory_each_free(const struct memory *memory,
                      void (*visit)(void *context, uint64_t base, uint64_t size), void *context)
{
    for (size_t i = 0; i < memory->board->memory_count; i++) {
        uint64_t pa = memory->board->memory[i].base;
        uint64_t end = pa + memory->board->memory[i].size;
        for (size_t j = claim_index(memory, pa); pa < end; j++) {
            bool claimed = j < memory->claim_count && memory->claims[j].base < end;
            uint64_t free_end = claimed ? memory->claims[j].base : end;
            if (free_end > pa) {
                visit(context, pa, free_end - pa);
            }
            pa = claimed ? memory->claims[j].base + memory->claims[j].size : end;
        }
    }
}

struct fit {
    uint64_t size, align, residue;
    bool found;
    uint64_t base;
};

static void fit_visit(void *context, uint64_t base, uint64_t size)
{
    struct fit *fit = context;
    uint64_t gap = (fit->residue - base) & (fit->align - 1);
    if (!fit->found && gap < size && fit->size <= size - gap) {
        fit->found = true;
        fit->base = base + gap;
    }
}

#define FREE_MAP_RANGES 16

struct free_map {
    char text[FREE_MAP_RANGES * 64];
    size_t length;
    size_t count;
};

static void free_map_visit(void *context, uint64_t base, uint64_t size)
{
    struct free_map *map = context;
    if (map->count++ < FREE_MAP_RANGES) {
        int written = snprintf(map->text + map->length, sizeof(map->text) - map->length,
                               "%s0x%" PRIx64 " to 0x%" PRIx64 " (%" PRIu64 " KiB)",
                               map->count == 1 ? "" : ", ", base, base + size - 1, size / 1024);
        map->length += (size_t)written;
    }
}

static void report_no_room(const struct memory *memory, const struct claim *claim, uint64_t align)
{
    struct free_map map = {0};
    memory_each_free(memory, free_map_visit, &map);
    diag_error(claim->at,
               "%s \"%s\": no %" PRIu64 " KiB aligned to %" PRIu64
               " KiB are free in one piece; make it or its neighbours smaller, or move what has a "
               "fixed phys_addr; free is: %s%s",
               claim->kind, claim->name, claim->size / 1024, align / 1024,
               map.count == 0 ? "nothing" : map.text,
               map.count > FREE_MAP_RANGES ? ", and more above" : "");
}

bool memory_place(struct memory *memory, struct claim *claim, uint64_t align, uint64_t residue)
{
    struct fit fit = {.size = claim->size, .align = align, .residue = residue};
    memory_each_free(memory, fit_visit, &fit);
    if (!fit.found) {
        report_no_room(memory, claim, align);
        return false;
    }
    claim->base = fit.base;
    memory_claim(memory, claim);
    return true;
}

void memory_free(struct memory *memory)
{
    free(memory->claims);
    *memory = (struct memory){0};
}
