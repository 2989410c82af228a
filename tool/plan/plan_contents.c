/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Placement of the image: the loader first, then everything that has contents and is used where the
 * boot loader puts it. Pages of a program keep their place within 2 MiB or 64 KiB, so that
 * large blocks can map them.
 */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "diag.h"

static bool report_image_full(const struct plan *plan)
{
    const struct image *image = &plan->image;
    uint64_t end = image->pa + image->limit;
    const struct claim *next = memory_next(&plan->memory, end);
    if (next != NULL && next->base == end) {
        diag_error(next->at,
                   "the image does not fit between PA 0x%" PRIx64 ", where it is loaded, and %s "
                   "\"%s\" at 0x%" PRIx64 "; move that",
                   image->pa, next->kind, next->name, end);
    } else {
        diag_error(NULL,
                   "the image does not fit between PA 0x%" PRIx64
                   ", where it is loaded, and the end of RAM at 0x%" PRIx64
                   "; make programs or prefill files smaller",
                   image->pa, end);
    }
    return false;
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
    return !region->has_phys_addr && page_round_up(planned->prefill.size) >= planned->size / 2;
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
