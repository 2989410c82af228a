/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the user's programs and the shared console out of the file of VMs.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "compose_request.h"
#include "diag.h"

static bool take_key(const struct request_place *place, const char *key, struct json_object *value,
                     struct program_request *program)
{
    if (strcmp(key, "name") == 0 || strcmp(key, "program") == 0) {
        return true; /* taken first */
    }
    if (strcmp(key, "priority") == 0) {
        return request_take_priority(place, value, &program->has_priority, &program->priority);
    }
    if (strcmp(key, "console") == 0) {
        return request_take_flag(place, key, value, &program->uses.console);
    }
    if (strcmp(key, "uses") == 0) {
        return request_take_uses(place, value, &program->uses);
    }
    if (strcmp(key, "restarts") == 0) {
        if (!request_is_string(value)) {
            return request_refuse(place, key, value, "the name of a VM");
        }
        program->restarts = json_object_get_string(value);
        return true;
    }
    diag_error(place->at,
               "%sunknown key \"%s\"; known are name, program, priority, console, restarts and "
               "uses",
               place->of, key);
    return false;
}

static bool take_program(struct request_reader *reader, const struct request_place *file,
                         struct json_object *value)
{
    struct compose_request *request = &reader->request;
    struct json_object *name, *path;
    if (!json_object_is_type(value, json_type_object) ||
        !json_object_object_get_ex(value, "name", &name) || !request_is_string(name) ||
        !json_object_object_get_ex(value, "program", &path) || !request_is_string(path)) {
        return request_refuse(file, "programs", value,
                              "a list of objects, each with a \"name\" and a \"program\",");
    }
    if (!request_is_name(json_object_get_string(name))) {
        return request_refuse(file, "name", name, REQUEST_NAME_EXPECTED);
    }
    if (request->program_count == COMPOSE_PROGRAM_MAX) {
        diag_error(file->at, "\"programs\": more than %d", COMPOSE_PROGRAM_MAX);
        return false;
    }
    struct program_request *program = &request->programs[request->program_count++];
    *program = (struct program_request){.name = json_object_get_string(name),
                                        .path = json_object_get_string(path)};
    struct request_place place = {.at = file->at};
    snprintf(place.of, sizeof(place.of), "program \"%s\": ", program->name);
    bool sound = true;
    json_object_object_foreach(value, key, what)
    {
        sound = take_key(&place, key, what, program) && sound;
    }
    return sound;
}

bool request_take_programs(struct request_reader *reader, const struct source *at,
                           struct json_object *value)
{
    const struct request_place file = {.at = at};
    bool sound = true;
    if (!json_object_is_type(value, json_type_array)) {
        return request_refuse(&file, "programs", value, "a list");
    }
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        sound = take_program(reader, &file, json_object_array_get_idx(value, i)) && sound;
    }
    return sound;
}

bool request_take_console(struct request_reader *reader, const struct source *at,
                          struct json_object *value)
{
    const struct request_place file = {.at = at};
    struct json_object *device;
    if (!json_object_is_type(value, json_type_object) ||
        !json_object_object_get_ex(value, "device", &device) || !request_is_string(device) ||
        json_object_object_length(value) != 1) {
        return request_refuse(&file, "console", value,
                              "{\"device\": NODE}, with the UART that is to be shared,");
    }
    reader->request.console = json_object_get_string(device);
    return true;
}
