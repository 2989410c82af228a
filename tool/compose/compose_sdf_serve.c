/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The part of the system description that comes out of the table of who serves whom.
 */
#include <inttypes.h>

#include "compose_print.h"

void sdf_print_shared_regions(FILE *out, const struct compose *compose)
{
    const struct serve *serve = &compose->serve;
    bool is_first = true;
    for (size_t i = 0; i < serve->region_count; i++) {
        const struct serve_region *region = &serve->regions[i];
        if (region->is_declared) {
            continue;
        }
        fprintf(out,
                "%s  <memory_region name=\"%s\" size=\"0x%" PRIx64 "\" page_size=\"0x%x\" />"
                " <!-- %s -->\n",
                is_first ? "\n  <!-- What PDs share -->\n" : "", region->name, region->size,
                region->is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K, region->what);
        is_first = false;
    }
}

void sdf_print_shared_maps(FILE *out, const struct compose *compose, size_t pd)
{
    const struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->map_count; i++) {
        const struct serve_map *map = &serve->maps[i];
        if (map->pd == pd) {
            fprintf(out, "    <map mr=\"%s\" vaddr=\"0x%" PRIx64 "\" perms=\"%s\"%s />\n",
                    serve->regions[map->region].name, map->va, map->is_writable ? "rw" : "r",
                    map->is_device ? " cached=\"false\"" : "");
        }
    }
}

void sdf_print_virtio_maps(FILE *out, const struct compose *compose, size_t vm)
{
    const struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->device_count; i++) {
        const struct serve_device *device = &serve->devices[i];
        if (device->vm == vm) {
            fprintf(out,
                    "      <map mr=\"%s\" vaddr=\"0x%" PRIx64
                    "\" perms=\"r\" cached=\"false\" />\n",
                    serve->regions[device->page].name, device->gpa);
        }
    }
}

void sdf_print_serving_pd(FILE *out, const struct compose *compose, size_t index)
{
    const struct serve *serve = &compose->serve;
    const struct serve_pd *pd = &serve->pds[index];
    fprintf(out,
            "\n  <!-- %s: %s -->\n"
            "  <protection_domain name=\"%s\" priority=\"%" PRIu32 "\">\n"
            "    <program_image path=\"%s" COMPOSE_PROGRAM "\" />\n",
            pd->name, pd->what, pd->name, pd->priority, pd->name);
    sdf_print_shared_maps(out, compose, index);
    for (size_t i = 0; i < serve->irq_count; i++) {
        const struct serve_irq *irq = &serve->irqs[i];
        if (irq->pd == index) {
            fprintf(out, "    <irq irq=\"%" PRIu32 "\" id=\"%" PRIu32 "\" trigger=\"%s\" />\n",
                    irq->intid, irq->id, irq->is_edge ? "edge" : "level");
        }
    }
    fputs("  </protection_domain>\n", out);
}

void sdf_print_channels(FILE *out, const struct compose *compose)
{
    const struct serve *serve = &compose->serve;
    for (size_t i = 0; i < serve->channel_count; i++) {
        const struct serve_channel *channel = &serve->channels[i];
        fprintf(out, "%s  <channel>\n    <end pd=\"%s\" id=\"%" PRIu32 "\"", i == 0 ? "\n" : "",
                serve->pds[channel->pds[0]].name, channel->ids[0]);
        if (channel->symbol != NULL) {
            fprintf(out, " setvar_id=\"%s\"", channel->symbol);
        }
        fprintf(out, " />\n    <end pd=\"%s\" id=\"%" PRIu32 "\" />\n  </channel>\n",
                serve->pds[channel->pds[1]].name, channel->ids[1]);
    }
}
