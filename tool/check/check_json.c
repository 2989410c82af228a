/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What `drover check` prints for programs: one JSON object. Its keys are stable; docs/check.md
 * lists them.
 */
#include <json-c/json.h>

#include "alloc.h"
#include "check.h"

static void add(json_object *object, const char *key, json_object *value)
{
    json_object_object_add(object, key, value);
}

static void add_text(json_object *object, const char *key, const char *value)
{
    add(object, key, value == NULL ? NULL : alloc_checked(json_object_new_string(value)));
}

static void add_count(json_object *object, const char *key, size_t value)
{
    add(object, key, alloc_checked(json_object_new_uint64(value)));
}

/* A line is null where there is none. */
static void add_source(json_object *object, const struct source *source, const char *path)
{
    add_text(object, "file", source->file == NULL ? path : source->file);
    if (source->line == 0) {
        add(object, "line", NULL);
    } else {
        add_count(object, "line", source->line);
    }
}

static json_object *items_json(const struct check_finding *finding, const char *path)
{
    json_object *array = alloc_checked(json_object_new_array());
    for (size_t i = 0; i < finding->item_count; i++) {
        json_object *item = alloc_checked(json_object_new_object());
        add_source(item, &finding->items[i].source, path);
        add_text(item, "node", finding->items[i].node);
        add_text(item, "text", finding->items[i].text);
        json_object_array_add(array, item);
    }
    return array;
}

static json_object *finding_json(const struct check_finding *finding, const char *path)
{
    json_object *object = alloc_checked(json_object_new_object());
    add_text(object, "code", check_code_name(finding->code));
    add_text(object, "severity", check_severity_name(check_code_severity(finding->code)));
    add_text(object, "rule", check_code_rule(finding->code));
    add_source(object, &finding->source, path);
    add_text(object, "text", finding->text);
    add_text(object, "remedy", check_code_remedy(finding->code));
    add_text(object, "accepted", finding->accepted);
    add(object, "items", items_json(finding, path));
    add_count(object, "item_count", finding->item_total);
    return object;
}

void check_write_json(const struct check *check, const char *path, FILE *out)
{
    json_object *root = alloc_checked(json_object_new_object());
    json_object *array = alloc_checked(json_object_new_array());
    size_t counts[2] = {0}, accepted = 0;
    for (size_t i = 0; i < check->findings.count; i++) {
        const struct check_finding *finding = &check->findings.list[i];
        accepted += finding->accepted != NULL;
        counts[check_code_severity(finding->code)] += finding->accepted == NULL;
        json_object_array_add(array, finding_json(finding, path));
    }
    add_text(root, "file", path);
    add_text(root, "board", check->board->name);
    add(root, "findings", array);
    add_count(root, "finding_count", check->findings.total);
    add_count(root, "error_count", counts[CHECK_ERROR]);
    add_count(root, "warning_count", counts[CHECK_WARNING]);
    add_count(root, "accepted_count", accepted);
    fprintf(out, "%s\n",
            json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
                                                     JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(root);
}
