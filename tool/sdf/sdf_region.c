/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * <memory_region>, and the <map> that puts one into an address space.
 */
#include "sdf.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "drover/manifest.h"

#define PA_END (1ull << STAGE2_INPUT_BITS) /* the tables of PDs and VMs reach no further */

static uint64_t page_size_read(const struct sdf *sdf, const xmlNode *node)
{
    if (sdf_attribute(node, "page_size") == NULL) {
        return 0;
    }
    uint64_t page_size = sdf_number(sdf, node, "page_size", PAGE_SIZE_4K, 0, UINT64_MAX);
    if (page_size != PAGE_SIZE_4K && page_size != PAGE_SIZE_2M) {
        sdf_error(sdf, node, "page_size 0x%" PRIx64 "; pages have 0x1000 or 0x200000 bytes",
                  page_size);
        return PAGE_SIZE_4K;
    }
    return page_size;
}

static void size_read(const struct sdf *sdf, const xmlNode *node, struct memory_region *region,
                      uint64_t unit)
{
    region->size = sdf_number(sdf, node, "size", 0, 1, PA_END);
    bool prefilled =
        region->prefill_path != NULL || sdf_attribute(node, "prefill_bootinfo") != NULL;
    if (sdf_attribute(node, "size") == NULL && !prefilled) {
        sdf_error(sdf, node,
                  "attribute \"size\" is missing, and no prefill_path to take it from; add it");
    } else if (region->size % unit != 0) {
        sdf_error(sdf, node,
                  "size 0x%" PRIx64 " is not a multiple of the page size 0x%" PRIx64
                  "; round it up",
                  region->size, unit);
    }
}

static void phys_addr_read(const struct sdf *sdf, const xmlNode *node, struct memory_region *region,
                           uint64_t unit)
{
    region->has_phys_addr = sdf_attribute(node, "phys_addr") != NULL;
    region->phys_addr = sdf_number(sdf, node, "phys_addr", 0, 0, UINT64_MAX);
    if (region->phys_addr % unit != 0) {
        sdf_error(sdf, node,
                  "phys_addr 0x%" PRIx64 " is not a multiple of the page size 0x%" PRIx64
                  "; align it, or give a smaller page_size",
                  region->phys_addr, unit);
    } else if (region->phys_addr >= PA_END || region->size > PA_END - region->phys_addr) {
        sdf_error(sdf, node,
                  "phys_addr 0x%" PRIx64 " with size 0x%" PRIx64
                  " ends behind the 40 bits of physical memory; correct them",
                  region->phys_addr, region->size);
    }
}

/* No kind of boot information exists here; says why and what to do. */
static void bootinfo_refuse(const struct sdf *sdf, const xmlNode *node)
{
    static const char *const x86_kinds[] = {"x86_vbe", "x86_mbmmap", "x86_acpi_rsdp",
                                            "x86_framebuffer", "x86_tsc_freq"};
    const char *kind = sdf_attribute(node, "prefill_bootinfo");
    const char *why = "there is no such boot information; remove it";
    if (kind == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(x86_kinds) / sizeof(x86_kinds[0]); i++) {
        if (strcmp(kind, x86_kinds[i]) == 0) {
            why = "it exists on x86 only, and Drover has no x86 boards; remove it";
        }
    }
    if (strcmp(kind, "fdt") == 0) {
        why = "the kernel is handed no device tree at boot; name the board's, board.dtb in the "
              "SDK, with prefill_path instead";
    }
    sdf_error(sdf, node, "prefill_bootinfo \"%.64s\": %s", kind, why);
}

static struct memory_region region_read(const struct sdf *sdf, const xmlNode *node)
{
    struct memory_region region = {.source = sdf_source(sdf, node)};
    region.name = sdf_name(sdf, node);
    region.prefill_path = sdf_string(sdf, node, "prefill_path");
    region.page_size = page_size_read(sdf, node);
    uint64_t unit = region.page_size == 0 ? PAGE_SIZE_4K : region.page_size;
    size_read(sdf, node, &region, unit);
    phys_addr_read(sdf, node, &region, unit);
    bootinfo_refuse(sdf, node);
    return region;
}

void sdf_regions_read(struct sdf *sdf, const xmlNode *root)
{
    struct system *system = sdf->system;
    system->regions = alloc_array(sdf_count(root, "memory_region"), sizeof(struct memory_region));
    for (const xmlNode *node = sdf_first(root, "memory_region"); node != NULL;
         node = sdf_next(node)) {
        struct memory_region *region = &system->regions[system->region_count];
        *region = region_read(sdf, node);
        names_add(&sdf->region_names, region->name, system->region_count, &region->source);
        system->region_count++;
    }
    names_sort(&sdf->region_names);
}

static char *prefill_size_symbol(const struct sdf *sdf, const xmlNode *node)
{
    char *symbol = sdf_string(sdf, node, "setvar_prefill_size");
    size_t region = names_find(&sdf->region_names, sdf_attribute(node, "mr"));
    if (symbol != NULL && region != INDEX_NONE &&
        sdf->system->regions[region].prefill_path == NULL) {
        sdf_error(sdf, node,
                  "setvar_prefill_size, but the region has no prefill_path; add that, or use "
                  "setvar_size");
    }
    return symbol;
}

struct map *sdf_maps_read(const struct sdf *sdf, const xmlNode *parent, size_t *count)
{
    struct map *maps = alloc_array(sdf_count(parent, "map"), sizeof(struct map));
    *count = 0;
    for (const xmlNode *node = sdf_first(parent, "map"); node != NULL; node = sdf_next(node)) {
        maps[(*count)++] = (struct map){
            .source = sdf_source(sdf, node),
            .region = sdf_region_named(sdf, node, "mr"),
            .vaddr = sdf_number(sdf, node, "vaddr", 0, 0, UINT64_MAX),
            .perms = sdf_perms(sdf, node),
            .cached = sdf_flag(sdf, node, "cached", true),
            .setvar_vaddr = sdf_string(sdf, node, "setvar_vaddr"),
            .setvar_size = sdf_string(sdf, node, "setvar_size"),
            .setvar_prefill_size = prefill_size_symbol(sdf, node),
        };
    }
    return maps;
}
