/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rows of the table of who serves whom.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose.h"

#define SPACE PAGE_SIZE_4K /* between two maps, so that who runs past one meets a fault */

char *serve_text(const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return alloc_checked(length < 0 ? NULL : text);
}

const char *serve_device_name(uint32_t kind)
{
    static const char *const names[] = {
        [GUEST_DEVICE_CONSOLE] = "console",
        [GUEST_DEVICE_BLOCK] = "block",
        [GUEST_DEVICE_NET] = "network",
        [GUEST_DEVICE_BLOCK_SERVER] = "serves block",
        [GUEST_DEVICE_NET_SERVER] = "serves network",
    };
    return names[kind];
}

const char *serve_service_name(unsigned service)
{
    static const char *const names[SERVICE_COUNT] = {
        [SERVICE_BLOCK] = "block",
        [SERVICE_NET] = "network",
    };
    return names[service];
}

const char *serve_service_noun(unsigned service)
{
    return service == SERVICE_BLOCK ? "disk" : serve_service_name(service);
}

static uint64_t up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) & -unit;
}

size_t serve_add_pd(struct serve *serve, char *name, uint32_t priority, const char *program,
                    char *what)
{
    serve->pds = alloc_grow(serve->pds, serve->pd_count, &serve->pd_capacity, sizeof(*serve->pds));
    serve->pds[serve->pd_count] = (struct serve_pd){.name = name,
                                                    .what = what,
                                                    .program = program,
                                                    .priority = priority,
                                                    .vm = NODE_NONE,
                                                    .owner = NODE_NONE,
                                                    .va_next = SERVE_VA};
    return serve->pd_count++;
}

size_t serve_add_region(struct serve *serve, char *name, uint64_t size, const char *what)
{
    bool is_large = size >= PAGE_SIZE_2M;
    serve->regions = alloc_grow(serve->regions, serve->region_count, &serve->region_capacity,
                                sizeof(*serve->regions));
    serve->regions[serve->region_count] =
        (struct serve_region){.name = name,
                              .what = what,
                              .size = up(size, is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K),
                              .is_large = is_large};
    return serve->region_count++;
}

size_t serve_add_data(struct serve *serve, char *name, uint64_t size, const char *what)
{
    size_t region = serve_add_region(serve, name, size, what);
    serve->regions[region].is_data = true;
    return region;
}

void serve_add_map_at(struct serve *serve, size_t pd, size_t region, uint64_t va, bool is_writable)
{
    uint64_t end = va + serve->regions[region].size + SPACE;
    serve->maps =
        alloc_grow(serve->maps, serve->map_count, &serve->map_capacity, sizeof(*serve->maps));
    serve->maps[serve->map_count++] =
        (struct serve_map){.pd = pd, .region = region, .va = va, .is_writable = is_writable};
    if (serve->pds[pd].va_next < end) {
        serve->pds[pd].va_next = end;
    }
}

uint64_t serve_add_map(struct serve *serve, size_t pd, size_t region, bool is_writable)
{
    uint64_t unit = serve->regions[region].is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K;
    uint64_t va = up(serve->pds[pd].va_next, unit);
    serve_add_map_at(serve, pd, region, va, is_writable);
    return va;
}

struct serve_channel *serve_add_channel(struct serve *serve, size_t one, size_t other)
{
    serve->channels = alloc_grow(serve->channels, serve->channel_count, &serve->channel_capacity,
                                 sizeof(*serve->channels));
    struct serve_channel *channel = &serve->channels[serve->channel_count++];
    *channel = (struct serve_channel){
        .pds = {one, other}, .ids = {serve->pds[one].id_count++, serve->pds[other].id_count++}};
    return channel;
}

static void *copy_of(const void *bytes, size_t size)
{
    void *copy = alloc_array(size, 1);
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

struct serve_config *serve_add_config(struct serve *serve, size_t pd, const char *section,
                                      const void *bytes, size_t size)
{
    struct serve_pd *row = &serve->pds[pd];
    struct serve_config *config = &row->configs[row->config_count++];
    *config =
        (struct serve_config){.section = section, .bytes = copy_of(bytes, size), .size = size};
    return config;
}

struct serve_device *serve_add_device(struct serve *serve, size_t vm, enum guest_device_kind kind,
                                      const void *config, size_t size)
{
    serve->devices = alloc_grow(serve->devices, serve->device_count, &serve->device_capacity,
                                sizeof(*serve->devices));
    struct serve_device *device = &serve->devices[serve->device_count++];
    *device = (struct serve_device){
        .vm = vm, .kind = kind, .config = copy_of(config, size), .config_size = size};
    return device;
}

struct serve_irq *serve_add_irq(struct serve *serve, size_t pd, uint32_t intid, size_t node)
{
    serve->irqs =
        alloc_grow(serve->irqs, serve->irq_count, &serve->irq_capacity, sizeof(*serve->irqs));
    struct serve_irq *irq = &serve->irqs[serve->irq_count++];
    *irq =
        (struct serve_irq){.pd = pd, .id = serve->pds[pd].id_count++, .intid = intid, .node = node};
    return irq;
}

size_t serve_find_pd(const struct serve *serve, const char *name)
{
    size_t pd = 0;
    while (pd < serve->pd_count && strcmp(serve->pds[pd].name, name) != 0) {
        pd++;
    }
    return pd < serve->pd_count ? pd : SERVE_PD_NONE;
}

size_t serve_vmm(const struct serve *serve, size_t vm)
{
    size_t pd = 0;
    while (serve->pds[pd].vm != vm) {
        pd++;
    }
    return pd;
}

size_t serve_program(const struct compose *compose, size_t program)
{
    /* Programs stand last, in their order. */
    return compose->serve.pd_count - compose->request->program_count + program;
}

void serve_free(struct serve *serve)
{
    for (size_t i = 0; i < serve->pd_count; i++) {
        struct serve_pd *pd = &serve->pds[i];
        for (size_t k = 0; k < pd->config_count; k++) {
            free(pd->configs[k].bytes);
        }
        free(pd->name);
        free(pd->what);
        free(pd->image);
    }
    for (size_t i = 0; i < serve->region_count; i++) {
        free(serve->regions[i].name);
    }
    for (size_t i = 0; i < serve->device_count; i++) {
        free(serve->devices[i].config);
        free(serve->devices[i].regions);
    }
    free(serve->pds);
    free(serve->regions);
    free(serve->maps);
    free(serve->channels);
    free(serve->irqs);
    free(serve->devices);
    free(serve->pcis);
}
