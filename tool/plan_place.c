/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Placement: fixed regions first, then the image with all that has contents, then everything that
 * is made by zeroing or copying, in the RAM that is left. First fit in a fixed order, so that the
 * same system always comes out the same.
 */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "diag.h"

#define CONTIGUOUS_SIZE_4K 0x10000 /* sixteen 4 KiB pages can share a TLB entry */

static bool report_overlap(const struct memory_region *region, uint64_t size,
                           const struct claim *other)
{
    diag_error(&region->source,
               "memory_region \"%s\": PA 0x%" PRIx64 "..0x%" PRIx64
               " overlaps %s \"%s\" at 0x%" PRIx64 "..0x%" PRIx64
               "; choose another phys_addr, or leave it out to have one chosen",
               region->name, region->phys_addr, region->phys_addr + size, other->kind, other->name,
               other->base, other->base + other->size);
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

static bool report_image_full(const struct plan *plan)
{
    const struct image *image = &plan->image;
    const struct claim *next = memory_next(&plan->memory, image->pa + image->limit);
    bool blocked = next != NULL && next->base == image->pa + image->limit;
    diag_error(blocked ? next->at : NULL,
               "the image does not fit: it is loaded at PA 0x%" PRIx64
               " and has to end at 0x%" PRIx64
               ", where %s%s%s; make programs or prefill files smaller, or move what is in the way",
               image->pa, image->pa + image->limit, blocked ? next->kind : "the RAM ends",
               blocked ? " begins: " : "", blocked ? next->name : "");
    return false;
}

/* The alignment, and the PA modulo it, that lets pages at `va` use large blocks. */
static uint64_t piece_align(uint64_t va, uint64_t size)
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

/* Copies what the segments of `elf` have in VA va..va+size to `memory`. */
static void copy_contents(const struct elf *elf, uint64_t va, uint64_t size, uint8_t *memory)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        uint64_t start = segment->va > va ? segment->va : va;
        uint64_t segment_end = segment->va + segment->file_size;
        uint64_t end = segment_end < va + size ? segment_end : va + size;
        if (start < end) {
            memcpy(memory + (start - va), segment->contents + (start - segment->va), end - start);
        }
    }
}

static bool place_loader(struct plan *plan)
{
    const struct elf *loader = plan->loader;
    const struct elf_segment *last = &loader->segments[loader->segment_count - 1];
    struct elf_symbol entry;
    uint64_t pa;
    if (!elf_symbol(loader, "loader_switch", &entry) || entry.va % PAGE_SIZE_4K != 0 ||
        entry.va >= last->va + last->memory_size) {
        diag_error(NULL, "\"%s\": the symbol loader_switch is not at the start of a page of it",
                   loader->path);
        return false;
    }
    plan->loader_size = page_round_up(last->va + last->memory_size);
    plan->switch_pa = plan->image.pa + entry.va;
    uint8_t *memory = image_add(&plan->image, plan->loader_size, PAGE_SIZE_4K, 0, &pa);
    if (memory == NULL) {
        return report_image_full(plan);
    }
    copy_contents(loader, 0, plan->loader_size, memory);
    return true;
}

static bool place_program(struct plan *plan, struct program *program)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        struct piece *piece = &program->pieces[i];
        if (!piece->contents) {
            continue;
        }
        uint64_t align = piece_align(piece->va, piece->size);
        uint8_t *memory =
            image_add(&plan->image, piece->size, align, piece->va & (align - 1), &piece->pa);
        if (memory == NULL) {
            return report_image_full(plan);
        }
        copy_contents(program->elf, piece->va, piece->size, memory);
    }
    return true;
}

/* Whether a region's file is worth carrying at full size, to be used in place. */
static bool used_in_place(const struct memory_region *region, const struct plan_region *planned)
{
    return !region->has_phys_addr && planned->prefill.size >= planned->size / 2;
}

static bool place_prefill(struct plan *plan, size_t index)
{
    struct plan_region *planned = &plan->regions[index];
    uint64_t size = planned->prefill.size;
    uint64_t align = PAGE_SIZE_4K;
    if (size == 0) {
        return true;
    }
    planned->in_image = used_in_place(&plan->system->regions[index], planned);
    if (planned->in_image) {
        size = planned->size;
        align = planned->align;
    }
    uint8_t *memory = image_add(&plan->image, size, align, 0, &planned->source_pa);
    if (memory == NULL) {
        return report_image_full(plan);
    }
    memcpy(memory, planned->prefill.bytes, planned->prefill.size);
    if (planned->in_image) {
        planned->pa = planned->source_pa;
    } else {
        plan->copy_count++;
    }
    return true;
}

bool plan_place_contents(struct plan *plan)
{
    uint64_t pa = plan->board->image_pa;
    uint64_t room = memory_room(&plan->memory, pa);
    if (room == 0) {
        const struct claim *taker = memory_next(&plan->memory, pa);
        diag_error(taker->at,
                   "%s \"%s\" lies at PA 0x%" PRIx64 ", where the image is loaded; move it",
                   taker->kind, taker->name, pa);
        return false;
    }
    if (!image_init(&plan->image, pa, room)) {
        diag_error(NULL, "the host has no memory left for the image");
        return false;
    }
    if (!place_loader(plan) || !place_program(plan, &plan->kernel)) {
        return false;
    }
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        if (!place_program(plan, &plan->programs[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->system->region_count; i++) {
        if (!place_prefill(plan, i)) {
            return false;
        }
    }
    return true;
}

static uint64_t program_bound(const struct program *program)
{
    uint64_t bound = 0;
    for (size_t i = 0; i < program->piece_count; i++) {
        bound += pagetable_bound(program->pieces[i].size) + sizeof(struct manifest_map);
    }
    return bound;
}

static uint64_t maps_bound(const struct plan *plan, const struct map *maps, size_t count)
{
    uint64_t bound = 4 * PAGE_SIZE_4K; /* the root, aligned */
    for (size_t i = 0; i < count; i++) {
        bound += pagetable_bound(plan->regions[maps[i].region].size) + sizeof(struct manifest_map);
    }
    return bound;
}

/* Bytes that the rest of the image takes at most: tables, manifest, VM information and lists. */
static uint64_t image_bound(const struct plan *plan)
{
    const struct system *system = plan->system;
    const size_t own_mappings = 16; /* stack, message page, devices, ... of a space, at most */
    uint64_t bound = PAGE_SIZE_2M;  /* rounding of the manifest and the lists */
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        bound += program_bound(&plan->programs[i]) + maps_bound(plan, pd->maps, pd->map_count) +
                 own_mappings * (pagetable_bound(0) + sizeof(struct manifest_map)) +
                 pagetable_bound(pd->stack_size) + sizeof(struct manifest_pd) +
                 pd->irq_count * sizeof(struct manifest_irq);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        const struct vm *vm = plan->vms[i].vm;
        bound += maps_bound(plan, vm->maps, vm->map_count) +
                 page_round_up(vm_info_size(plan, &plan->vms[i])) +
                 vm->vcpu_count * sizeof(struct manifest_vcpu) +
                 vm->irq_count * sizeof(struct manifest_irq);
    }
    bound += system->channel_count * 2 * sizeof(struct manifest_channel);
    bound += program_bound(&plan->kernel) + own_mappings * pagetable_bound(PAGE_SIZE_2M);
    /* The loader's table: every range on its own, at the worst. */
    bound += (plan->memory.claim_count + 8 * (system->pd_count + system->region_count + 8)) *
             (pagetable_bound(0) + sizeof(struct loader_range) + sizeof(struct loader_copy));
    for (size_t i = 0; i < plan->board->memory_count; i++) {
        bound += pagetable_bound(plan->board->memory[i].size);
    }
    return page_round_up(bound);
}

/* Places `size` bytes that the loader zeroes. */
static bool place_zeroes(struct plan *plan, const char *kind, const char *name, uint64_t size,
                         uint64_t align, uint64_t residue, uint64_t *pa)
{
    struct claim claim = {.size = size, .kind = kind, .name = name};
    if (!memory_place(&plan->memory, &claim, align, residue)) {
        return false;
    }
    *pa = claim.base;
    return true;
}

static bool place_program_zeroes(struct plan *plan, struct program *program)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        struct piece *piece = &program->pieces[i];
        uint64_t align = piece_align(piece->va, piece->size);
        if (!piece->contents && !place_zeroes(plan, "zeroed data of", program->name, piece->size,
                                              align, piece->va & (align - 1), &piece->pa)) {
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
    return place_program_zeroes(plan, &plan->kernel) &&
           place_zeroes(plan, "kernel objects", "", plan->object_size, PAGE_SIZE_4K, 0,
                        &plan->object_pa) &&
           place_zeroes(plan, "message pages", "", pd_count * PAGE_SIZE_4K, PAGE_SIZE_4K, 0,
                        &plan->message_pa) &&
           (vcpu_count == 0 || place_zeroes(plan, "vCPU pages", "", vcpu_count * PAGE_SIZE_4K,
                                            PAGE_SIZE_4K, 0, &plan->vcpu_pa));
}

bool plan_place_rest(struct plan *plan)
{
    struct image *image = &plan->image;
    uint64_t wanted = image->size + image_bound(plan);
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
        if (!place_zeroes(plan, "stack of", pd->name, pd->stack_size, PAGE_SIZE_4K, 0,
                          &plan->stack_pa[i]) ||
            !place_program_zeroes(plan, &plan->programs[i])) {
            return false;
        }
    }
    return place_regions(plan, PAGE_SIZE_4K);
}
