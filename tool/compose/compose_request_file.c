/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading what is asked for out of a file: the options of the command line, under their names.
 */
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "compose_request.h"
#include "diag.h"
#include "file.h"

static bool refuse(const struct source *at, const char *key, const char *expected)
{
    diag_error(at, "\"%s\": %s is expected", key, expected);
    return false;
}

/* Takes a string, or a number as one. */
static bool take_text(struct request_reader *reader, const struct source *at, const char *key,
                      struct json_object *value,
                      bool (*take)(struct request_reader *, const char *))
{
    if (!request_is_string(value) && !json_object_is_type(value, json_type_int)) {
        return refuse(at, key, "a string");
    }
    return take(reader, json_object_get_string(value));
}

static bool take_list(struct request_reader *reader, const struct source *at, const char *key,
                      struct json_object *value,
                      bool (*take)(struct request_reader *, const char *))
{
    if (!json_object_is_type(value, json_type_array)) {
        return refuse(at, key, "a list of strings");
    }
    bool sound = true;
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *entry = json_object_array_get_idx(value, i);
        sound = (request_is_string(entry) ? take(reader, json_object_get_string(entry))
                                          : refuse(at, key, "a list of strings")) &&
                sound;
    }
    return sound;
}

/* Linux believes every bit of a virtio source of entropy, and nothing here has any to give. */
static bool refuse_entropy(const struct request_place *place, const char *key,
                           struct json_object *value)
{
    bool is_wanted;
    if (!request_take_flag(place, key, value, &is_wanted)) {
        return false;
    }
    if (is_wanted) {
        diag_error(place->at,
                   "%s\"entropy\" is true, but there is no source that a VMM could give its guest "
                   "entropy from; leave it out. A generator that the board has can be given to "
                   "one VM with \"give\"",
                   place->of);
    }
    return !is_wanted;
}

/* The keys that only a file has. */
static bool take_serving_key(struct request_reader *reader, const struct source *at,
                             const char *key, struct json_object *value)
{
    struct vm_request *vm = &reader->request.vms[reader->request.vm_count - 1];
    struct request_place place = {.at = at};
    snprintf(place.of, sizeof(place.of), "VM \"%s\": ", vm->name);
    if (strcmp(key, "priority") == 0) {
        return request_take_priority(&place, value, &vm->has_priority, &vm->priority);
    }
    if (strcmp(key, "console") == 0) {
        return request_take_flag(&place, key, value, &vm->uses.console);
    }
    if (strcmp(key, "entropy") == 0) {
        return refuse_entropy(&place, key, value);
    }
    if (strcmp(key, "serves") == 0) {
        return request_take_serves(&place, value, vm->serves);
    }
    if (strcmp(key, "uses") == 0) {
        return request_take_uses(&place, value, &vm->uses);
    }
    diag_error(at,
               "unknown key \"%s\" of a VM; known are name, give, take, freeze, ram, vcpus, "
               "payload, bootargs, like_seed, priority, console, serves and uses",
               key);
    return false;
}

static bool take_key(struct request_reader *reader, const struct source *at, const char *key,
                     struct json_object *value)
{
    static const struct {
        const char *key;
        bool is_list;
        bool (*take)(struct request_reader *, const char *);
    } keys[] = {
        {"give", true, request_give},          {"take", true, request_take},
        {"freeze", true, request_freeze},      {"ram", false, request_ram},
        {"vcpus", false, request_vcpus},       {"payload", false, request_payload},
        {"bootargs", false, request_bootargs},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(key, keys[i].key) == 0) {
            return keys[i].is_list ? take_list(reader, at, key, value, keys[i].take)
                                   : take_text(reader, at, key, value, keys[i].take);
        }
    }
    if (strcmp(key, "like_seed") == 0) {
        if (!json_object_is_type(value, json_type_boolean)) {
            return refuse(at, key, "true or false");
        }
        return !json_object_get_boolean(value) || request_like_seed(reader);
    }
    return strcmp(key, "name") == 0 || /* taken first */
           take_serving_key(reader, at, key, value);
}

static bool take_vm(struct request_reader *reader, const struct source *at, struct json_object *vm)
{
    struct json_object *name;
    if (!json_object_is_type(vm, json_type_object) ||
        !json_object_object_get_ex(vm, "name", &name) || !request_is_string(name)) {
        return refuse(at, "vms", "a list of objects, each with a \"name\",");
    }
    bool sound = request_vm(reader, json_object_get_string(name));
    json_object_object_foreach(vm, key, value)
    {
        sound = sound && take_key(reader, at, key, value);
    }
    return sound;
}

/* Takes the keys of the whole file. */
static bool take_vms(struct request_reader *reader, const struct source *at)
{
    struct json_object *vms;
    bool sound = true;
    if (!json_object_is_type(reader->file, json_type_object) ||
        !json_object_object_get_ex(reader->file, "vms", &vms) ||
        !json_object_is_type(vms, json_type_array)) {
        diag_error(at, "not JSON of the form {\"vms\": [...]}");
        return false;
    }
    json_object_object_foreach(reader->file, key, value)
    {
        if (strcmp(key, "console") == 0) {
            sound = request_take_console(reader, at, value) && sound;
        } else if (strcmp(key, "programs") == 0) {
            sound = request_take_programs(reader, at, value) && sound;
        } else if (value != vms) {
            diag_error(at, "unknown key \"%s\" beside \"vms\"; known are console and programs",
                       key);
            sound = false;
        }
    }
    for (size_t i = 0; i < json_object_array_length(vms); i++) {
        sound = take_vm(reader, at, json_object_array_get_idx(vms, i)) && sound;
    }
    return sound;
}

bool request_file(struct request_reader *reader, const char *path)
{
    const struct source at = {.file = path};
    struct file file;
    if (reader->file != NULL) {
        diag_error(&at, "a second --vms; one file has all VMs");
        return false;
    }
    if (!file_map(&file, path, NULL)) {
        return false;
    }
    struct json_tokener *tokener = json_tokener_new();
    if (tokener != NULL && file.size <= INT_MAX) {
        json_tokener_set_flags(tokener, JSON_TOKENER_STRICT); /* nothing behind it */
        reader->file = json_tokener_parse_ex(tokener, (const char *)file.bytes, (int)file.size);
    }
    json_tokener_free(tokener);
    file_unmap(&file);
    reader->request.path = path;
    return take_vms(reader, &at);
}
