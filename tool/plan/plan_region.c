/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory regions: size, kind (RAM or device) and alignment.
 */
#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "diag.h"

static bool read_prefill(const struct plan *plan, const struct memory_region *region,
                         struct plan_region *planned)
{
    char *path = file_find(&plan->input->search, region->prefill_path, &region->source);
    bool mapped = path != NULL && file_map(&planned->prefill, path, &region->source);
    free(path);
    if (!mapped) {
        return false;
    }
    if (planned->prefill.size == 0) {
        diag_error(&region->source,
                   "memory_region \"%s\": prefill file \"%s\" is empty; remove the attribute to "
                   "get zeroes",
                   region->name, region->prefill_path);
        return false;
    }
    if (region->size != 0 && planned->prefill.size > region->size) {
        diag_error(&region->source,
                   "memory_region \"%s\": prefill file \"%s\" has %zu bytes, the region only "
                   "0x%" PRIx64 "; make the region larger or leave its size out",
                   region->name, region->prefill_path, planned->prefill.size, region->size);
        return false;
    }
    return true;
}

static bool read_kind(const struct plan *plan, const struct memory_region *region,
                      struct plan_region *planned)
{
    if (!region->has_phys_addr) {
        planned->in_ram = true;
        return true;
    }
    uint64_t pa = region->phys_addr;
    struct range range = {.base = pa, .size = planned->size};
    if (!range_is_physical(&range)) {
        diag_error(&region->source, "memory_region \"%s\": it ends beyond 40 bits of PA",
                   region->name);
        return false;
    }
    planned->pa = pa;
    planned->in_ram = board_memory_find(plan->board, pa, planned->size) != NULL;
    if (!planned->in_ram && board_memory_touches(plan->board, pa, planned->size)) {
        diag_error(&region->source,
                   "memory_region \"%s\": PA 0x%" PRIx64 " to 0x%" PRIx64
                   " is partly RAM of board %s and partly not; split it where the RAM ends",
                   region->name, pa, pa + planned->size - 1, plan->board->name);
        return false;
    }
    if (!planned->in_ram && region->prefill_path != NULL) {
        diag_error(&region->source,
                   "memory_region \"%s\": PA 0x%" PRIx64 " is not RAM of board %s, so that nothing "
                   "can be put there from prefill file \"%s\"",
                   region->name, pa, plan->board->name, region->prefill_path);
        return false;
    }
    return true;
}

static bool read_region(const struct plan *plan, size_t index)
{
    struct memory_region *region = &plan->system->regions[index];
    struct plan_region *planned = &plan->regions[index];
    uint64_t page = region->page_size == 0 ? PAGE_SIZE_4K : region->page_size;
    if (region->prefill_path != NULL && !read_prefill(plan, region, planned)) {
        return false;
    }
    if (region->size == 0) {
        region->size = (planned->prefill.size + page - 1) / page * page;
    }
    planned->size = region->size;
    planned->block_limit = region->page_size == PAGE_SIZE_4K ? PAGE_SIZE_4K : BLOCK_SIZE_1G;
    return read_kind(plan, region, planned);
}

/* The alignment that lets all mappings, whose VAs or'ed are `vas`, use large blocks. Where the
 * description names a page size, VAs and size are multiples of it. */
static uint64_t wanted_align(const struct plan_region *planned, uint64_t vas)
{
    static const uint64_t sizes[] = {PAGE_SIZE_2M, CONTIGUOUS_SIZE_4K};
    for (size_t i = 0; i < 2; i++) {
        if (planned->size >= sizes[i] && vas % sizes[i] == 0 &&
            (planned->block_limit >= sizes[i] || sizes[i] == CONTIGUOUS_SIZE_4K)) {
            return sizes[i];
        }
    }
    return PAGE_SIZE_4K;
}

static bool read_maps(const struct plan *plan, const char *owner, bool is_vm,
                      const struct map *maps, size_t count, uint64_t *vas)
{
    bool sound = true;
    for (size_t i = 0; i < count; i++) {
        plan->regions[maps[i].region].mapped = true;
        vas[maps[i].region] |= maps[i].vaddr;
        sound = plan_check_grant(plan, owner, is_vm, &maps[i]) && sound;
    }
    return sound;
}

bool plan_read_regions(struct plan *plan)
{
    const struct system *system = plan->system;
    bool sound = true;
    for (size_t i = 0; i < system->region_count; i++) {
        sound = read_region(plan, i) && sound;
    }
    if (!sound || !system_placement_check(system)) {
        return false;
    }
    uint64_t *vas = alloc_array(system->region_count, sizeof(*vas));
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        sound = read_maps(plan, pd->name, false, pd->maps, pd->map_count, vas) && sound;
        if (pd->vm != NULL) {
            sound =
                read_maps(plan, pd->vm->name, true, pd->vm->maps, pd->vm->map_count, vas) && sound;
        }
    }
    for (size_t i = 0; i < system->region_count; i++) {
        plan->regions[i].align = wanted_align(&plan->regions[i], vas[i]);
    }
    free(vas);
    return sound;
}
