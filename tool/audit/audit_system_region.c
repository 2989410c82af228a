/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory regions of the description: where the image has them, and what it puts there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_system.h"
#include "diag.h"

static bool read_region(struct described *described, size_t index)
{
    const struct audit_input *input = described->audit->input;
    const struct memory_region *region = &described->system->regions[index];
    struct described_region *out = &described->regions[index];
    uint64_t page = region->page_size == 0 ? PAGE_SIZE_4K : region->page_size;
    if (region->prefill_path != NULL) {
        char *path = file_find(&input->search, region->prefill_path, &region->source);
        bool mapped = path != NULL && file_map(&out->prefill, path, &region->source);
        free(path);
        if (!mapped) {
            return false;
        }
    }
    out->size = region->size != 0 ? region->size : (out->prefill.size + page - 1) / page * page;
    if (out->size < out->prefill.size) {
        diag_error(&region->source, "memory_region \"%s\": its prefill file is larger than it is",
                   region->name);
        return false;
    }
    out->placed = region->has_phys_addr;
    out->pa = region->phys_addr;
    out->in_ram = !region->has_phys_addr ||
                  board_memory_find(input->board, region->phys_addr, out->size) != NULL;
    return true;
}

bool described_read_regions(struct described *described)
{
    for (size_t i = 0; i < described->system->region_count; i++) {
        if (!read_region(described, i)) {
            return false;
        }
    }
    return true;
}

/* Takes the PA of a region from where somebody has it mapped; all have to agree. */
static void place_by_maps(struct described *described, size_t pd, bool is_vm,
                          const struct map *maps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct described_region *region = &described->regions[maps[i].region];
        const struct manifest_map *map = audit_map_find(described->audit, pd, is_vm, maps[i].vaddr);
        if (map == NULL) {
            continue; /* audit_system_map.c says so */
        }
        if (!region->placed) {
            region->placed = true;
            region->pa = map->pa;
        } else if (region->pa != map->pa) {
            finding_add(&described->audit->findings, FINDING_SYSTEM_REGION, &maps[i].source,
                        "memory_region \"%s\" is at PA 0x%" PRIx64 " here; expected is 0x%" PRIx64,
                        described->system->regions[maps[i].region].name, map->pa, region->pa);
        }
    }
}

/* Takes the PA of a region that is nowhere mapped from a symbol that receives it. */
static void place_by_symbols(struct described *described, size_t pd)
{
    const struct pd *described_pd = &described->system->pds[pd];
    for (size_t i = 0; i < described_pd->setvar_count; i++) {
        const struct setvar *setvar = &described_pd->setvars[i];
        struct described_region *region = &described->regions[setvar->region];
        region->placed =
            region->placed || described_read_symbol(described, pd, setvar->symbol, &region->pa);
    }
}

static bool is_zero(const uint8_t *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Whether the image's bytes of a region are its file and zeroes. */
static bool holds_prefill(const struct described_region *region, const uint8_t *bytes)
{
    uint64_t size = region->prefill.size;
    return (size == 0 || memcmp(bytes, region->prefill.bytes, size) == 0) &&
           is_zero(bytes + size, region->size - size);
}

/* Whether a range is, in part, a region whose place is known. */
static bool is_taken(const struct described *described, uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < described->system->region_count; i++) {
        const struct described_region *region = &described->regions[i];
        const struct range range = {.base = region->pa, .size = region->size};
        if (region->placed && range_overlaps(&range, pa, size)) {
            return true;
        }
    }
    return false;
}

/* Returns the copy that fills a region with its file: to where the region is, or, as long as that
 * is not known, to where no other is. */
static const struct loader_copy *copy_find(const struct described *described,
                                           const struct described_region *region)
{
    const struct audit *audit = described->audit;
    for (uint32_t i = 0; i < audit->info.copy_count; i++) {
        const struct loader_copy *copy = &audit->copies[i];
        bool to_region = region->placed ? copy->target_pa == region->pa
                                        : !is_taken(described, copy->target_pa, region->size);
        if (to_region && copy->size == region->prefill.size &&
            memcmp(audit_bytes(audit, copy->source_pa, copy->size), region->prefill.bytes,
                   copy->size) == 0) {
            return copy;
        }
    }
    return NULL;
}

/* Whether a copy has its source at a PA. */
static bool is_copied(const struct audit *audit, uint64_t pa)
{
    for (uint32_t i = 0; i < audit->info.copy_count; i++) {
        if (audit->copies[i].source_pa == pa) {
            return true;
        }
    }
    return false;
}

/* Whether the page-aligned range of the image holds a region: its file, and nobody else. */
static bool may_be_at(const struct described *described, const struct described_region *region,
                      uint64_t pa)
{
    const uint8_t *bytes = audit_bytes(described->audit, pa, region->size);
    return bytes != NULL && holds_prefill(region, bytes) &&
           !is_taken(described, pa, region->size) && !is_copied(described->audit, pa);
}

/* Finds a region that nobody has, by its file's bytes: in the image, or where they are copied to.
 */
static void place_by_contents(const struct described *described, struct described_region *region)
{
    const struct audit *audit = described->audit;
    for (uint64_t offset = 0; offset < audit->input->size; offset += PAGE_SIZE_4K) {
        uint64_t pa = audit->info.image_pa + offset;
        if (may_be_at(described, region, pa)) {
            region->placed = true;
            region->pa = pa;
            return;
        }
    }
    const struct loader_copy *copy = copy_find(described, region);
    region->placed = copy != NULL;
    region->pa = copy != NULL ? copy->target_pa : 0;
}

/* Checks what a region holds at the start. Returns whether a copy fills it. */
static bool check_contents(struct described *described, size_t index)
{
    struct audit *audit = described->audit;
    const struct memory_region *region = &described->system->regions[index];
    const struct described_region *found = &described->regions[index];
    const uint8_t *bytes = audit_bytes(audit, found->pa, found->size);
    const char *fault = NULL;
    bool copied = false;
    if (bytes != NULL) {
        fault = holds_prefill(found, bytes) ? NULL : "the image has other bytes there";
    } else if (found->prefill.size != 0) {
        copied = copy_find(described, found) != NULL;
        fault = copied ? NULL : "the loader does not copy its prefill file there";
    }
    if (fault != NULL) {
        finding_add(&audit->findings, FINDING_SYSTEM_REGION, &region->source,
                    "memory_region \"%s\" at PA 0x%" PRIx64 ": %s", region->name, found->pa, fault);
    }
    return copied;
}

/* Finds the regions that somebody has, from those. */
static void place_regions(struct described *described)
{
    const struct system *system = described->system;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        place_by_maps(described, i, false, pd->maps, pd->map_count);
        if (pd->vm != NULL) {
            place_by_maps(described, i, true, pd->vm->maps, pd->vm->map_count);
        }
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        place_by_symbols(described, i);
    }
}

/* Checks one region, and lists it as a purpose of its memory. Returns whether a copy fills it. */
static bool check_region(struct described *described, size_t index)
{
    struct audit *audit = described->audit;
    const struct memory_region *region = &described->system->regions[index];
    struct described_region *found = &described->regions[index];
    if (!found->placed && found->prefill.size != 0) {
        place_by_contents(described, found);
    }
    if (found->placed) {
        char name[NAME_SIZE] = {0};
        strncpy(name, region->name, sizeof(name) - 1);
        audit_region_add(audit, found->pa, found->size, name);
        return found->in_ram && check_contents(described, index);
    }
    audit->unplaced_size += found->size;
    if (found->prefill.size != 0) {
        finding_add(&audit->findings, FINDING_SYSTEM_REGION, &region->source,
                    "memory_region \"%s\": the image has its prefill file nowhere", region->name);
    }
    return false;
}

void described_check_regions(struct described *described)
{
    uint32_t copy_count = 0;
    /* With more copies than regions, the time to look for each would have no bound. */
    bool bounded = described->audit->info.copy_count <= described->system->region_count;
    place_regions(described);
    for (size_t i = 0; bounded && i < described->system->region_count; i++) {
        copy_count += check_region(described, i);
    }
    if (copy_count != described->audit->info.copy_count) {
        finding_add(&described->audit->findings, FINDING_SYSTEM_REGION, NULL,
                    "the loader makes %u copies; %u regions are filled by one",
                    described->audit->info.copy_count, copy_count);
    }
}
