/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs: reading the ELF files, and splitting what they load into pages with contents and pages
 * of zeroes, which need no room in the image.
 */
#include "plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"

#define LOADER_SIZE_MAX 0x4000000 /* keeps the loader's VAs, which are offsets, sane */

static struct elf *read_found(const struct plan *plan, const char *path, const struct source *at)
{
    char *found = file_find_program(&plan->input->search, path, at);
    struct elf *elf = found == NULL ? NULL : elf_read(found, at);
    free(found);
    return elf;
}

static bool read_pd(const struct plan *plan, size_t index)
{
    static const struct elf_rules rules = {.va_start = PAGE_SIZE_4K, .va_end = PD_USER_VA_END};
    const struct pd *pd = &plan->system->pds[index];
    struct program *program = &plan->programs[index];
    program->name = pd->name;
    program->elf = read_found(plan, pd->program_path, &pd->program_source);
    program->symbols = program->elf;
    if (program->elf == NULL || !elf_check(program->elf, &rules, &pd->program_source)) {
        return false;
    }
    if (pd->symbols_path != NULL) {
        program->symbols = read_found(plan, pd->symbols_path, &pd->program_source);
    }
    return program->symbols != NULL && program_find_patches(plan, index);
}

bool plan_read_programs(struct plan *plan)
{
    static const struct elf_rules kernel_rules = {.va_start = KERNEL_VA, .va_end = KERNEL_GICD_VA};
    static const struct elf_rules loader_rules = {.va_end = LOADER_SIZE_MAX,
                                                  .position_independent = true};
    bool sound = true;
    plan->kernel.name = "kernel";
    plan->kernel.elf = elf_read(plan->input->kernel_path, NULL);
    plan->kernel.symbols = plan->kernel.elf;
    plan->loader = elf_read(plan->input->loader_path, NULL);
    sound = plan->kernel.elf != NULL && elf_check(plan->kernel.elf, &kernel_rules, NULL);
    sound = plan->loader != NULL && elf_check(plan->loader, &loader_rules, NULL) && sound;
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        sound = read_pd(plan, i) && sound;
    }
    if (sound) {
        program_split(&plan->kernel);
    }
    for (size_t i = 0; sound && i < plan->system->pd_count; i++) {
        program_split(&plan->programs[i]);
    }
    return sound;
}

/* The pages of a range of VA. */
static struct range pages_around(uint64_t va, uint64_t size)
{
    uint64_t start = va - va % PAGE_SIZE_4K;
    return (struct range){.base = start, .size = page_round_up(va + size) - start};
}

/* Lists the pages of a program that cannot be made by zeroing; returns the number of ranges. */
static size_t list_contents(const struct program *program, struct range *list)
{
    size_t count = 0;
    for (size_t i = 0; i < program->elf->segment_count; i++) {
        const struct elf_segment *segment = &program->elf->segments[i];
        if (segment->file_size != 0) {
            list[count++] = pages_around(segment->va, segment->file_size);
        }
    }
    for (size_t i = 0; i < program->patch_count; i++) {
        list[count++] = pages_around(program->patches[i].va, program->patches[i].size);
    }
    range_merge(list, &count);
    return count;
}

static void add_piece(struct program *program, uint64_t start, uint64_t end, uint32_t perms,
                      bool contents)
{
    program->pieces = alloc_grow(program->pieces, program->piece_count, &program->piece_capacity,
                                 sizeof(*program->pieces));
    program->pieces[program->piece_count++] =
        (struct piece){.va = start, .size = end - start, .perms = perms, .contents = contents};
}

/* Splits the pages `start`..`end`, which have the same permissions, by the list of contents. */
static void split_span(struct program *program, uint64_t start, uint64_t end, uint32_t perms,
                       const struct range *list, size_t count)
{
    for (size_t i = 0; i < count && start < end; i++) {
        uint64_t list_end = list[i].base + list[i].size;
        if (list_end <= start || list[i].base >= end) {
            continue;
        }
        if (list[i].base > start) {
            add_piece(program, start, list[i].base, perms, false);
            start = list[i].base;
        }
        uint64_t contents_end = list_end < end ? list_end : end;
        add_piece(program, start, contents_end, perms, true);
        start = contents_end;
    }
    if (start < end) {
        add_piece(program, start, end, perms, false);
    }
}

void program_split(struct program *program)
{
    const struct elf *elf = program->elf;
    struct range *list = alloc_array(elf->segment_count + program->patch_count, sizeof(*list));
    size_t count = list_contents(program, list);
    for (size_t i = 0; i < elf->segment_count;) {
        uint32_t perms = elf->segments[i].perms;
        struct range pages = pages_around(elf->segments[i].va, elf->segments[i].memory_size);
        uint64_t end = pages.base + pages.size;
        for (i++; i < elf->segment_count && elf->segments[i].perms == perms; i++) {
            struct range next = pages_around(elf->segments[i].va, elf->segments[i].memory_size);
            if (next.base > end) {
                break;
            }
            end = next.base + next.size;
        }
        split_span(program, pages.base, end, perms, list, count);
    }
    free(list);
}

static uint8_t *program_byte(const struct plan *plan, const struct program *program, uint64_t va)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        const struct piece *piece = &program->pieces[i];
        if (piece->contents && va >= piece->va && va - piece->va < piece->size) {
            return image_at(&plan->image, piece->pa + (va - piece->va));
        }
    }
    return NULL;
}

void program_write_patches(const struct plan *plan, const struct program *program)
{
    for (size_t i = 0; i < program->patch_count; i++) {
        struct patch *patch = &program->patches[i];
        if (patch->region != INDEX_NONE) {
            memcpy(patch->bytes, &plan->regions[patch->region].pa, sizeof(uint64_t));
        }
        /* A patch may cross a page, and then its two pages may be in different pieces. */
        for (uint64_t j = 0; j < patch->size; j++) {
            uint8_t *byte = program_byte(plan, program, patch->va + j);
            assert(byte != NULL);
            *byte = patch->bytes[j];
        }
    }
}

void program_free(struct program *program)
{
    if (program->symbols != program->elf) {
        elf_free(program->symbols);
    }
    elf_free(program->elf);
    free(program->patches);
    free(program->pieces);
}
