/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who has what by compose.json. Its texts are those of the guest tables.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"
#include "diag.h"
#include "explain.h"
#include "file.h"

struct reader {
    struct explain *explain;
    struct source at; /* the file */
    const char *vm;   /* whose rows are being read */
    bool is_sound;
};

static void refuse(struct reader *reader, const char *what)
{
    if (reader->is_sound) {
        diag_error(&reader->at, "%s", what);
    }
    reader->is_sound = false;
}

/* The member of that type, or NULL after a report. */
static struct json_object *member(struct reader *reader, struct json_object *object,
                                  const char *key, enum json_type type)
{
    struct json_object *value = NULL;
    if (!json_object_is_type(object, json_type_object) ||
        !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type)) {
        char *what = explain_text("not as `drover compose` writes it: \"%s\" is missing, or is no "
                                  "%s; compose the system again",
                                  key, json_type_to_name(type));
        refuse(reader, what);
        free(what);
        return NULL;
    }
    return value;
}

static const char *text_member(struct reader *reader, struct json_object *object, const char *key)
{
    struct json_object *value = member(reader, object, key, json_type_string);
    return value == NULL ? "" : json_object_get_string(value);
}

static uint64_t number_member(struct reader *reader, struct json_object *object, const char *key)
{
    struct json_object *value = member(reader, object, key, json_type_int);
    return value == NULL ? 0 : json_object_get_uint64(value);
}

/* A range that does not wrap; of size 0 after a report. */
static struct range range_member(struct reader *reader, struct json_object *object)
{
    struct range range = {.base = number_member(reader, object, "pa"),
                          .size = number_member(reader, object, "size")};
    if (reader->is_sound && range.base + range.size < range.base) {
        refuse(reader, "a range that goes beyond 64 bits; compose the system again");
    }
    return reader->is_sound ? range : (struct range){0};
}

/* The node of a row; NODE_NONE after a report. */
static size_t node_member(struct reader *reader, struct json_object *row)
{
    const char *path = text_member(reader, row, "node");
    size_t node =
        reader->is_sound ? devtree_by_path(reader->explain->devtree, path) : (size_t)NODE_NONE;
    if (reader->is_sound && node == NODE_NONE) {
        char *what =
            explain_text("the board's tree has no node %s; compose the system again", path);
        refuse(reader, what);
        free(what);
    }
    return node;
}

static void for_each_row(struct reader *reader, struct json_object *object, const char *key,
                         void (*take)(struct reader *, struct json_object *))
{
    struct json_object *list = member(reader, object, key, json_type_array);
    for (size_t i = 0; list != NULL && reader->is_sound && i < json_object_array_length(list);
         i++) {
        take(reader, json_object_array_get_idx(list, i));
    }
}

/* Takes whose a node is: a row of "places" or "nodes". */
static void take_node(struct reader *reader, struct json_object *row)
{
    struct explain *explain = reader->explain;
    size_t node = node_member(reader, row);
    const char *text = text_member(reader, row, "text");
    if (reader->is_sound && explain->texts[node] == NULL) {
        explain->texts[node] = explain_text("%s", text);
        explain->is_owned[node] = json_object_object_get_ex(row, "vm", NULL) ||
                                  json_object_object_get_ex(row, "pd", NULL);
    }
}

static void take_page(struct reader *reader, struct json_object *row)
{
    struct range pages = range_member(reader, row);
    size_t node = node_member(reader, row);
    bool is_pd = json_object_object_get_ex(row, "pd", NULL); /* else a VM has it */
    const char *owner = text_member(reader, row, is_pd ? "pd" : "vm");
    if (reader->is_sound) {
        explain_add_holding(
            reader->explain,
            &(struct holding){
                .pages = pages,
                .who = explain_text("%s \"%s\"", is_pd ? "PD" : "VM", owner),
                .how = explain_text("a page of %s", reader->explain->devtree->nodes[node].path)});
    }
}

static void take_irq_of(struct reader *reader, struct json_object *row, bool is_owned)
{
    uint64_t intid = number_member(reader, row, "irq");
    size_t node = node_member(reader, row);
    const char *text = text_member(reader, row, "text");
    if (reader->is_sound && intid < GIC_LINES_MAX) {
        explain_add_line(reader->explain, (uint32_t)intid, node, is_owned,
                         explain_text("%s", text));
    }
}

static void take_irq(struct reader *reader, struct json_object *row)
{
    take_irq_of(reader, row, true);
}

static void take_other_irq(struct reader *reader, struct json_object *row)
{
    take_irq_of(reader, row, false);
}

/* Pages that a VM has, whatever is in them. */
static void take_region(struct reader *reader, struct json_object *row)
{
    struct range pages = range_member(reader, row);
    if (reader->is_sound) {
        explain_add_holding(
            reader->explain,
            &(struct holding){.pages = pages,
                              .who = explain_text("VM \"%s\"", reader->vm),
                              .how = explain_text("the pages 0x%" PRIx64 "..0x%" PRIx64, pages.base,
                                                  pages.base + pages.size - 1)});
    }
}

static void take_vm(struct reader *reader, struct json_object *row)
{
    const char *name = text_member(reader, row, "name");
    struct json_object *ram = member(reader, row, "ram", json_type_object);
    struct range range = range_member(reader, ram);
    if (reader->is_sound) {
        explain_add_holding(reader->explain,
                            &(struct holding){.pages = range,
                                              .who = explain_text("VM \"%s\"", name),
                                              .how = explain_text("its RAM"),
                                              .ram_text = ownertext_ram_of(name),
                                              .is_by_page = true});
    }
    reader->vm = name;
    for_each_row(reader, row, "regions", take_region);
}

/* Whether the directory is about this board and this tree. */
static void check_board(struct reader *reader, struct json_object *root)
{
    const struct explain *explain = reader->explain;
    const char *board = text_member(reader, root, "board");
    uint64_t checksum = number_member(reader, root, "tree_crc32");
    if (reader->is_sound && (strcmp(board, explain->board->name) != 0 ||
                             checksum != compose_tree_checksum(explain->devtree))) {
        char *what = explain_text("it was composed for board \"%s\", and %s; name that one with "
                                  "--board or --dtb, or compose the system again",
                                  board,
                                  strcmp(board, explain->board->name) != 0
                                      ? "this is another"
                                      : "from another tree than this board's");
        refuse(reader, what);
        free(what);
    }
}

static void take_root(struct reader *reader, struct json_object *root)
{
    check_board(reader, root);
    for_each_row(reader, root, "places", take_node);
    for_each_row(reader, root, "nodes", take_node);
    for_each_row(reader, root, "pages", take_page);
    for_each_row(reader, root, "vms", take_vm);
    for_each_row(reader, root, "interrupts", take_irq);
    for_each_row(reader, root, "other_interrupts", take_other_irq);
}

bool explain_composed(struct explain *explain, const char *path)
{
    char *file_path = explain_text("%s/%s", path, COMPOSE_JSON);
    struct reader reader = {.explain = explain, .at = {.file = file_path}, .is_sound = true};
    struct file file;
    explain->remedy = REMEDY_GIVE;
    reader.is_sound = file_map(&file, file_path, NULL);
    if (reader.is_sound) {
        struct json_tokener *tokener = alloc_checked(json_tokener_new());
        struct json_object *root = NULL;
        if (file.size < INT32_MAX) {
            root = json_tokener_parse_ex(tokener, (const char *)file.bytes, (int)file.size);
        }
        if (root == NULL) {
            refuse(&reader, "not JSON; compose the system again");
        } else {
            take_root(&reader, root);
        }
        json_object_put(root);
        json_tokener_free(tokener);
        file_unmap(&file);
    }
    free(file_path);
    return reader.is_sound;
}
