/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Placement: fixed regions first, then (after the image, plan_contents.c) everything that is made
 * by zeroing or copying, in the RAM that is left. First fit in a fixed order, so that the same
 * system always comes out the same.
 */
#include "plan.h"

#include <inttypes.h>

#include "diag.h"

static bool report_overlap(const struct memory_region *region, uint64_t size,
                           const struct claim *other)
{
    diag_error(&region->source,
               "memory_region \"%s\": PA 0x%" PRIx64 " to 0x%" PRIx64
               " overlaps %s \"%s\" at 0x%" PRIx64 " to 0x%" PRIx64
               "; choose another phys_addr, or leave it out to have one chosen",
               region->name, region->phys_addr, region->phys_addr + size - 1, other->kind,
               other->name, other->base, other->base + other->size - 1);
    return false;
}

bool plan_place_fixed(struct plan *plan)
{
    const struct board *board = plan->board;
    bool sound = true;
    for (size_t i = 0; i < board->reserved_count; i++) {
        memory_claim(&plan->memory, &(struct claim){.base = board->reserved[i].base,
                                                    .size = board->reserved[i].size,
                                                    .zero_from = CLAIM_KEEP,
                                                    .kind = "firmware of board",
                                                    .name = board->name});
    }
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct memory_region *region = &plan->system->regions[i];
        const struct plan_region *planned = &plan->regions[i];
        if (!region->has_phys_addr || !planned->in_ram) {
            continue;
        }
        /* A prefill file is copied in; from its last page on the region is zeroes. */
        struct claim claim = {
            .base = planned->pa,
            .size = planned->size,
            .zero_from = planned->prefill.size / PAGE_SIZE_4K * PAGE_SIZE_4K,
            .kind = "memory_region",
            .name = region->name,
            .at = &region->source,
        };
        const struct claim *other = memory_claim(&plan->memory, &claim);
        if (other != NULL) {
            sound = report_overlap(region, planned->size, other);
        }
    }
    return sound;
}

uint64_t piece_align(uint64_t va, uint64_t size)
{
    static const uint64_t blocks[] = {PAGE_SIZE_2M, CONTIGUOUS_SIZE_4K};
    for (size_t i = 0; i < 2; i++) {
        uint64_t head = -va & (blocks[i] - 1);
        if (head < size && size - head >= blocks[i]) {
            return blocks[i];
        }
    }
    return PAGE_SIZE_4K;
}

/* Places what the loader zeroes whole; returns the PA in `*pa`. */
static bool place_zeroes(struct plan *plan, const struct claim *wanted, uint64_t align,
                         uint64_t residue, uint64_t *pa)
{
    struct claim claim = *wanted;
    if (!memory_place(&plan->memory, &claim, align, residue)) {
        return false;
    }
    *pa = claim.base;
    return true;
}

static bool place_program_zeroes(struct plan *plan, struct program *program,
                                 const struct source *at)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        struct piece *piece = &program->pieces[i];
        const struct claim claim = {
            .size = piece->size, .kind = "zeroed data of", .name = program->name, .at = at};
        uint64_t align = piece_align(piece->va, piece->size);
        if (!piece->contents &&
            !place_zeroes(plan, &claim, align, piece->va & (align - 1), &piece->pa)) {
            return false;
        }
    }
    return true;
}

/* Places the regions of alignment `align` that have no place yet. */
static bool place_regions(struct plan *plan, uint64_t align)
{
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct memory_region *region = &plan->system->regions[i];
        struct plan_region *planned = &plan->regions[i];
        if (region->has_phys_addr || planned->in_image || planned->align != align) {
            continue;
        }
        struct claim claim = {
            .size = planned->size,
            .zero_from = planned->prefill.size / PAGE_SIZE_4K * PAGE_SIZE_4K,
            .kind = "memory_region",
            .name = region->name,
            .at = &region->source,
        };
        if (!memory_place(&plan->memory, &claim, align, 0)) {
            return false;
        }
        planned->pa = claim.base;
    }
    return true;
}

static bool place_kernel_objects(struct plan *plan)
{
    size_t pd_count = plan->system->pd_count;
    size_t vcpu_count = plan->vcpu_count;
    plan->object_size = page_round_up(pd_count * PD_OBJECT_SIZE + vcpu_count * VCPU_OBJECT_SIZE +
                                      (uint64_t)plan->board->irq_lines * IRQ_OBJECT_SIZE);
    const struct claim objects = {.size = plan->object_size, .kind = "kernel objects", .name = ""};
    const struct claim messages = {
        .size = pd_count * PAGE_SIZE_4K, .kind = "message pages", .name = ""};
    const struct claim vcpus = {
        .size = vcpu_count * PAGE_SIZE_4K, .kind = "vCPU pages", .name = ""};
    return place_program_zeroes(plan, &plan->kernel, NULL) &&
           place_zeroes(plan, &objects, PAGE_SIZE_4K, 0, &plan->object_pa) &&
           place_zeroes(plan, &messages, PAGE_SIZE_4K, 0, &plan->message_pa) &&
           (vcpu_count == 0 || place_zeroes(plan, &vcpus, PAGE_SIZE_4K, 0, &plan->vcpu_pa));
}

bool plan_place_rest(struct plan *plan)
{
    struct image *image = &plan->image;
    uint64_t wanted = image->size + plan_bound(plan);
    if (wanted > image->limit) {
        wanted = image->limit;
    }
    image->limit = wanted;
    memory_claim(&plan->memory, &(struct claim){.base = image->pa,
                                                .size = wanted,
                                                .zero_from = CLAIM_KEEP,
                                                .kind = "image",
                                                .name = plan->board->name});
    if (!place_regions(plan, PAGE_SIZE_2M) || !place_regions(plan, CONTIGUOUS_SIZE_4K) ||
        !place_kernel_objects(plan)) {
        return false;
    }
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        const struct pd *pd = &plan->system->pds[i];
        const struct claim stack = {
            .size = pd->stack_size, .kind = "stack of", .name = pd->name, .at = &pd->source};
        if (!place_zeroes(plan, &stack, PAGE_SIZE_4K, 0, &plan->stack_pa[i]) ||
            !place_program_zeroes(plan, &plan->programs[i], &pd->program_source)) {
            return false;
        }
    }
    return place_regions(plan, PAGE_SIZE_4K);
}
