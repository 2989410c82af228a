/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who serves whom, for machines.
 */
#include <json-c/json.h>

#include "alloc.h"
#include "compose_json.h"

static struct json_object *json_configs(const struct serve_pd *pd)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < pd->config_count; i++) {
        struct json_object *row = json_map_new();
        json_add_text(row, "section", pd->configs[i].section);
        json_add_number(row, "size", pd->configs[i].size);
        json_object_array_add(list, row);
    }
    return list;
}

static struct json_object *json_maps(const struct serve *serve, size_t pd)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < serve->map_count; i++) {
        const struct serve_map *map = &serve->maps[i];
        if (map->pd == pd) {
            struct json_object *row = json_map_new();
            json_add_text(row, "region", serve->regions[map->region].name);
            json_add_number(row, "va", map->va);
            json_add_number(row, "size", serve->regions[map->region].size);
            json_add_text(row, "perms", map->is_writable ? "rw" : "r");
            json_object_array_add(list, row);
        }
    }
    return list;
}

struct json_object *json_pds(const struct compose *compose)
{
    const struct serve *serve = &compose->serve;
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < serve->pd_count; i++) {
        const struct serve_pd *pd = &serve->pds[i];
        struct json_object *row = json_map_new();
        json_add_text(row, "name", pd->name);
        json_add_text(row, "what", pd->what);
        json_add_number(row, "priority", pd->priority);
        json_add_text(row, "program", pd->program);
        json_object_object_add(row, "configurations", json_configs(pd));
        json_object_object_add(row, "maps", json_maps(serve, i));
        json_object_array_add(list, row);
    }
    return list;
}

struct json_object *json_channels(const struct compose *compose)
{
    const struct serve *serve = &compose->serve;
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < serve->channel_count; i++) {
        struct json_object *ends = json_list_new();
        for (int k = 0; k < 2; k++) {
            struct json_object *end = json_map_new();
            json_add_text(end, "pd", serve->pds[serve->channels[i].pds[k]].name);
            json_add_number(end, "id", serve->channels[i].ids[k]);
            json_object_array_add(ends, end);
        }
        json_object_array_add(list, ends);
    }
    return list;
}

struct json_object *json_devices(const struct compose *compose, size_t vm)
{
    const struct serve *serve = &compose->serve;
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < serve->device_count; i++) {
        const struct serve_device *device = &serve->devices[i];
        if (device->vm == vm) {
            struct json_object *row = json_map_new();
            json_add_text(row, "kind", serve_device_name(device->kind));
            json_add_number(row, "gpa", device->gpa);
            json_add_text(row, "region", serve->regions[device->page].name);
            json_add_number(row, "irq", device->intid);
            json_object_array_add(list, row);
        }
    }
    return list;
}

struct json_object *json_uses(const struct compose *compose, const struct uses *uses)
{
    struct json_object *list = json_list_new();
    for (enum service service = 0; service < SERVICE_COUNT; service++) {
        const struct service_use *use = &uses->services[service];
        if (use->from == NULL) {
            continue;
        }
        struct json_object *row = json_map_new();
        json_add_text(row, "what", serve_service_name(service));
        json_add_text(row, "from", compose->request->vms[use->server].name);
        if (service == SERVICE_BLOCK && !use->is_whole_disk) {
            json_add_number(row, "partition", use->partition);
        }
        json_object_array_add(list, row);
    }
    return list;
}
