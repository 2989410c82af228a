/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The end of the plan: the image gets its records and tables, and every value that was waiting for
 * a PA is written.
 */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "diag.h"

/* The arm64 `Image` header: Linux, Documentation/arm64/booting.rst. */
#define HEADER_TEXT_OFFSET 0x08
#define HEADER_IMAGE_SIZE  0x10
#define HEADER_FLAGS       0x18
#define HEADER_MAGIC       0x38
#define HEADER_FLAGS_4K    2 /* little-endian, 4 KiB pages, loaded where text_offset says */

static bool report_no_tables(const struct plan *plan)
{
    diag_error(NULL,
               "the image has no room for its tables: it is loaded at PA 0x%" PRIx64
               " and has to end at 0x%" PRIx64 "; move what begins there",
               plan->image.pa, plan->image.pa + plan->image.limit);
    return false;
}

static size_t write_zero_list(const struct plan *plan, struct loader_range *list)
{
    size_t count = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < plan->memory.claim_count; i++) {
        const struct claim *claim = &plan->memory.claims[i];
        if (claim->zero_from >= claim->size) {
            continue;
        }
        uint64_t start = claim->base + claim->zero_from;
        if (count == 0 || start != end) {
            list[count++] = (struct loader_range){.pa = start};
        }
        end = claim->base + claim->size;
        list[count - 1].size = end - list[count - 1].pa;
    }
    return count;
}

static void write_copy_list(const struct plan *plan, struct loader_copy *list)
{
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct plan_region *region = &plan->regions[i];
        if (region->prefill.size != 0 && !region->in_image) {
            *list++ = (struct loader_copy){
                .source_pa = region->source_pa,
                .target_pa = region->pa,
                .size = region->prefill.size,
            };
        }
    }
}

/* Adds the manifest and the loader's lists. */
static bool add_records(struct plan *plan)
{
    struct image *image = &plan->image;
    plan->manifest_size = manifest_size(plan);
    struct loader_range *zeroes = image_add(image, plan->memory.claim_count * sizeof(*zeroes),
                                            PAGE_SIZE_4K, 0, &plan->zero_pa);
    struct loader_copy *copies =
        image_add(image, plan->copy_count * sizeof(*copies), PAGE_SIZE_4K, 0, &plan->copy_pa);
    void *manifest = image_add(image, plan->manifest_size, PAGE_SIZE_4K, 0, &plan->manifest_pa);
    if (zeroes == NULL || copies == NULL || manifest == NULL) {
        return report_no_tables(plan);
    }
    plan->zero_count = write_zero_list(plan, zeroes);
    write_copy_list(plan, copies);
    return true;
}

static bool build_table(struct plan *plan, struct space *space, enum pagetable_kind kind)
{
    bool built = pagetable_init(&space->table, kind, &plan->image);
    for (size_t i = 0; built && i < space->mapping_count; i++) {
        built = pagetable_map(&space->table, &space->mappings[i]);
    }
    return built || report_no_tables(plan);
}

static bool build_tables(struct plan *plan)
{
    bool built = build_table(plan, &plan->kernel_space, PAGETABLE_EL2) &&
                 build_table(plan, &plan->loader_space, PAGETABLE_EL2);
    for (size_t i = 0; built && i < plan->system->pd_count; i++) {
        built = build_table(plan, &plan->pd_spaces[i], PAGETABLE_STAGE2);
    }
    for (size_t i = 0; built && i < plan->vm_count; i++) {
        built = build_table(plan, &plan->vms[i].space, PAGETABLE_STAGE2);
    }
    return built;
}

static void write_word(uint8_t *bytes, uint64_t value)
{
    memcpy(bytes, &value, sizeof(value));
}

static bool write_loader(const struct plan *plan)
{
    const struct board *board = plan->board;
    uint8_t *bytes = plan->image.bytes;
    if (plan->loader_size < PAGE_SIZE_4K || memcmp(bytes + HEADER_MAGIC, "ARM\x64", 4) != 0) {
        diag_error(NULL, "\"%s\" does not begin with an arm64 Image header", plan->loader->path);
        return false;
    }
    write_word(bytes + HEADER_TEXT_OFFSET, board->image_pa - board->memory[0].base);
    write_word(bytes + HEADER_IMAGE_SIZE, plan->image.size);
    write_word(bytes + HEADER_FLAGS, HEADER_FLAGS_4K);

    struct loader_info info = {
        .magic = LOADER_INFO_MAGIC,
        .image_pa = plan->image.pa,
        .image_size = plan->image.size,
        .loader_table_pa = plan->loader_space.table.root_pa,
        .kernel_table_pa = plan->kernel_space.table.root_pa,
        .kernel_entry_va = plan->kernel.elf->entry_va,
        .uart_pa = board->uart_pa,
        .uart_type = board->uart_type,
        .zero_count = (uint32_t)plan->zero_count,
        .zero_pa = plan->zero_pa,
        .copy_pa = plan->copy_pa,
        .copy_count = (uint32_t)plan->copy_count,
    };
    memcpy(bytes + LOADER_INFO_OFFSET, &info, sizeof(info));
    return true;
}

/* The image has come out smaller than the room kept for it. */
static void trim_claim(struct plan *plan)
{
    for (size_t i = 0; i < plan->memory.claim_count; i++) {
        if (plan->memory.claims[i].base == plan->image.pa) {
            plan->memory.claims[i].size = plan->image.size;
        }
    }
}

bool plan_write_image(struct plan *plan)
{
    if (!add_records(plan) || !plan_map_kernel(plan) || !plan_map_loader(plan) ||
        !build_tables(plan)) {
        return false;
    }
    trim_claim(plan);
    for (size_t i = 0; i < plan->system->pd_count; i++) {
        program_write_patches(plan, &plan->programs[i]);
    }
    for (size_t i = 0; i < plan->vm_count; i++) {
        vm_info_write(plan, &plan->vms[i]);
    }
    manifest_write(plan);
    return write_loader(plan);
}
