/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The artefacts of a VM, read back: the description with libxml2, the JSON with json-c, the tree
 * with libfdt.
 */
#include <json-c/json.h>
#include <libfdt.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "compose_print.h"
#include "corpus.h"

static uint64_t attribute(xmlNode *node, const char *name)
{
    xmlChar *text = xmlGetProp(node, (const xmlChar *)name);
    uint64_t value = text == NULL ? 0 : strtoull((const char *)text, NULL, 0);
    xmlFree(text);
    return value;
}

static bool attribute_is(xmlNode *node, const char *name, const char *value)
{
    xmlChar *text = xmlGetProp(node, (const xmlChar *)name);
    bool is = text != NULL && strcmp((const char *)text, value) == 0;
    xmlFree(text);
    return is;
}

static xmlNode *child_named(xmlNode *parent, const char *element, const char *name)
{
    for (xmlNode *child = parent->children; child != NULL; child = child->next) {
        if (child->type == XML_ELEMENT_NODE && strcmp((const char *)child->name, element) == 0 &&
            attribute_is(child, "name", name)) {
            return child;
        }
    }
    return NULL;
}

/* A VM's element: in the protection domain that watches over it. */
static xmlNode *find_vm(xmlNode *root, const char *name)
{
    for (xmlNode *pd = root->children; pd != NULL; pd = pd->next) {
        xmlNode *vm =
            pd->type == XML_ELEMENT_NODE ? child_named(pd, "virtual_machine", name) : NULL;
        if (vm != NULL) {
            return vm;
        }
    }
    return NULL;
}

static void read_map(struct artefacts *artefacts, xmlNode *root, xmlNode *element)
{
    struct mapping *map = &artefacts->maps[artefacts->map_count++];
    xmlChar *name = xmlGetProp(element, (const xmlChar *)"mr");
    xmlNode *region = child_named(root, "memory_region", (const char *)name);
    *map = (struct mapping){.gpa = attribute(element, "vaddr"),
                            .is_cached = !attribute_is(element, "cached", "false")};
    strncpy(map->region, (const char *)name, sizeof(map->region) - 1);
    if (region != NULL) {
        map->pa = attribute(region, "phys_addr");
        map->size = attribute(region, "size");
        map->page_size = attribute(region, "page_size");
    }
    xmlFree(name);
}

static bool read_system(struct artefacts *artefacts, const char *text, size_t size, const char *vm)
{
    xmlDoc *document = xmlReadMemory(text, (int)size, "composed.system", NULL, XML_PARSE_NONET);
    xmlNode *root = document == NULL ? NULL : xmlDocGetRootElement(document);
    xmlNode *machine = root == NULL ? NULL : find_vm(root, vm);
    size_t count = machine == NULL ? 0 : xmlChildElementCount(machine);
    artefacts->maps = calloc(count + 1, sizeof(*artefacts->maps));
    artefacts->lines = calloc(count + 1, sizeof(*artefacts->lines));
    for (xmlNode *child = machine == NULL ? NULL : machine->children; child != NULL;
         child = child->next) {
        if (child->type != XML_ELEMENT_NODE) {
            continue;
        }
        if (strcmp((const char *)child->name, "map") == 0) {
            read_map(artefacts, root, child);
        } else if (strcmp((const char *)child->name, "irq") == 0) {
            artefacts->lines[artefacts->line_count++] =
                (struct line){.intid = (uint32_t)attribute(child, "irq"),
                              .edge = attribute_is(child, "trigger", "edge")};
        }
    }
    xmlFreeDoc(document);
    return machine != NULL;
}

static const char *member(struct json_object *object, const char *key)
{
    return json_object_get_string(json_object_object_get(object, key));
}

static uint64_t member_number(struct json_object *object, const char *key)
{
    return json_object_get_uint64(json_object_object_get(object, key));
}

static bool read_json(struct artefacts *artefacts, const char *text, const char *vm)
{
    artefacts->json = json_tokener_parse(text);
    if (artefacts->json == NULL) {
        return false;
    }
    struct json_object *pages = json_object_object_get(artefacts->json, "pages");
    struct json_object *lines = json_object_object_get(artefacts->json, "interrupts");
    size_t page_count = json_object_array_length(pages);
    size_t line_count = json_object_array_length(lines);
    artefacts->pages = calloc(page_count + 1, sizeof(*artefacts->pages));
    artefacts->routes = calloc(line_count + 1, sizeof(*artefacts->routes));
    for (size_t i = 0; i < page_count; i++) {
        struct json_object *row = json_object_array_get_idx(pages, i);
        if (strcmp(member(row, "vm"), vm) == 0) {
            artefacts->pages[artefacts->page_count++] = (struct owned){
                member_number(row, "pa"), member_number(row, "size"), member(row, "node")};
        }
    }
    for (size_t i = 0; i < line_count; i++) {
        struct json_object *row = json_object_array_get_idx(lines, i);
        if (strcmp(member(row, "vm"), vm) == 0) {
            artefacts->routes[artefacts->route_count++] = (struct routed){
                (uint32_t)member_number(row, "irq"), strcmp(member(row, "trigger"), "edge") == 0,
                member(row, "node"), member(row, "property")};
        }
    }
    return true;
}

bool artefacts_open(struct artefacts *artefacts, struct subject *subject, const char *run,
                    const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    size_t size;
    *artefacts = (struct artefacts){0};
    char *text = compose_print_system(compose, &size);
    bool is_system = read_system(artefacts, text, size, composed->request->name);
    free(text);
    text = compose_print_json(compose, &size);
    bool is_json = read_json(artefacts, text, composed->request->name);
    free(text);
    artefacts->table = compose_print_table(compose, vm, &artefacts->table_size);
    bool is_tree = fdt_check_full(composed->tree, composed->tree_size) == 0;
    if (is_tree) {
        oracle_open(&artefacts->guest, composed->tree);
    }
    if (!is_system || !is_json || !is_tree) {
        subject_fail(subject, run, "an artefact cannot be read back:%s%s%s",
                     is_system ? "" : " description", is_json ? "" : " JSON",
                     is_tree ? "" : " guest tree");
        return false;
    }
    return true;
}

void artefacts_close(struct artefacts *artefacts)
{
    free(artefacts->maps);
    free(artefacts->lines);
    free(artefacts->pages);
    free(artefacts->routes);
    free(artefacts->table);
    json_object_put(artefacts->json);
    oracle_close(&artefacts->guest);
}
