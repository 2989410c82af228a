/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * payload.json: what the files beside it are, for programs and for whoever wonders a year later.
 * The same payload makes the same bytes.
 */
#include "payload.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "payload_files.h"
#include "sha256.h"
#include "utf8.h"
#include "version.h"

static json_object *object_new(void)
{
    return alloc_checked(json_object_new_object());
}

static void add_number(json_object *object, const char *key, uint64_t value)
{
    json_object_object_add(object, key, alloc_checked(json_object_new_uint64(value)));
}

/* JSON is UTF-8: in a name, what is not becomes '?'. */
static json_object *text_json(const char *value)
{
    char *text = alloc_checked(strdup(value));
    size_t left = strlen(text), length;
    for (char *c = text; left > 0; c += length, left -= length) {
        length = utf8_length((const unsigned char *)c, left);
        if (length == 0) {
            *c = '?';
            length = 1;
        }
    }
    json_object *json = alloc_checked(json_object_new_string(text));
    free(text);
    return json;
}

static void add_text(json_object *object, const char *key, const char *value)
{
    json_object_object_add(object, key, value == NULL ? NULL : text_json(value));
}

static void add_list(json_object *object, const char *key, const struct payload_names *names)
{
    json_object *list = alloc_checked(json_object_new_array());
    for (size_t i = 0; i < names->count; i++) {
        json_object_array_add(list, text_json(names->names[i]));
    }
    json_object_object_add(object, key, list);
}

static json_object *file_json(const char *name, const struct payload_bytes *bytes, const char *from,
                              const char *why)
{
    char hash[SHA256_TEXT_SIZE];
    json_object *object = object_new();
    sha256_text(hash, bytes->bytes, bytes->size);
    add_text(object, "file", name);
    add_text(object, "from", from);
    add_text(object, "why", why);
    add_number(object, "size", bytes->size);
    add_text(object, "sha256", hash);
    return object;
}

static json_object *kernel_json(const struct payload_kernel *kernel)
{
    json_object *object = file_json(PAYLOAD_IMAGE, &kernel->image, kernel->from, kernel->why);
    add_text(object, "version", kernel->version);
    add_text(object, "unpacked", kernel->how);
    add_number(object, "text_offset", kernel->text_offset);
    add_number(object, "image_size", kernel->image_size);
    add_number(object, "flags", kernel->flags);
    return object;
}

static json_object *initrd_json(const struct payload_initrd *initrd)
{
    if (initrd->file.bytes == NULL) {
        return NULL;
    }
    json_object *object = file_json(PAYLOAD_INITRD, &initrd->file, initrd->from, initrd->why);
    add_list(object, "segments", &initrd->packings);
    add_number(object, "files", initrd->entry_count);
    add_list(object, "module_versions", &initrd->modules);
    add_text(object, "first_module", initrd->module);
    add_text(object, "vermagic", initrd->vermagic);
    return object;
}

static json_object *tree_json(const struct payload_tree *tree)
{
    if (tree->fdt.bytes == NULL) {
        return NULL;
    }
    json_object *object = file_json(PAYLOAD_TREE, &tree->fdt, tree->from, tree->why);
    add_text(object, "model", tree->model);
    add_list(object, "compatible", &tree->compatible);
    json_object_object_add(object, "live", alloc_checked(json_object_new_boolean(tree->live)));
    return object;
}

char *payload_json(const struct payload *payload)
{
    int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    json_object *root = object_new();
    add_text(root, "made_by", PAYLOAD_MADE_BY);
    add_text(root, "drover_version", DROVER_VERSION);
    json_object_object_add(root, "kernel", kernel_json(&payload->kernel));
    json_object_object_add(root, "initrd", initrd_json(&payload->initrd));
    json_object_object_add(root, "tree", tree_json(&payload->tree));
    add_list(root, "module_versions", &payload->modules);
    add_list(root, "notes", &payload->notes);
    char *text = payload_text("%s\n", json_object_to_json_string_ext(root, flags));
    json_object_put(root);
    return text;
}
