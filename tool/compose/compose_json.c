/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The same for machines. Numbers are numbers; nodes are their paths.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_json.h"

struct json_object *json_map_new(void)
{
    return alloc_checked(json_object_new_object());
}

struct json_object *json_list_new(void)
{
    return alloc_checked(json_object_new_array());
}

void json_add_number(struct json_object *to, const char *key, uint64_t value)
{
    json_object_object_add(to, key, alloc_checked(json_object_new_uint64(value)));
}

void json_add_text(struct json_object *to, const char *key, const char *value)
{
    json_object_object_add(to, key, alloc_checked(json_object_new_string(value)));
}

/* Adds a text that is the caller's to free, and frees it. */
static void add_allocated(struct json_object *to, const char *key, char *value)
{
    json_add_text(to, key, value);
    free(value);
}

static void add_flag(struct json_object *to, const char *key, bool value)
{
    json_object_object_add(to, key, alloc_checked(json_object_new_boolean(value)));
}

static void add_node(const struct compose *compose, struct json_object *to, const char *key,
                     size_t node)
{
    if (node != NODE_NONE) {
        json_add_text(to, key, compose->devtree->nodes[node].path);
    }
}

/* Adds who has something: "vm", or "pd" where that is no VM. */
static void add_owner_name(const struct compose *compose, struct json_object *to, size_t owner)
{
    json_add_text(to, owner < compose->vm_count ? "vm" : "pd", compose->vms[owner].request->name);
}

static void add_range(struct json_object *to, const struct range *range)
{
    json_add_number(to, "pa", range->base);
    json_add_number(to, "size", range->size);
}

static struct json_object *json_grants(const struct compose *compose, size_t vm)
{
    static const char *const whys[] = {"given", "part", "above", "needed"};
    const struct composed_vm *composed = &compose->vms[vm];
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < composed->grant_count; i++) {
        const struct grant *grant = &composed->grants[i];
        const struct devclass *class = &compose->classes[grant->node];
        struct json_object *row = json_map_new();
        add_node(compose, row, "node", grant->node);
        json_add_text(row, "why", whys[grant->why]);
        add_node(compose, row, "because", grant->because);
        if (grant->property != NULL) {
            json_add_text(row, "property", grant->property);
        }
        add_flag(row, "registers", grant->has_regs);
        if (class->power != NULL) {
            json_add_text(row, "power", class->power);
        }
        json_object_array_add(list, row);
    }
    return list;
}

static struct json_object *json_regions(const struct compose *compose, size_t vm)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *region = &compose->regions[i];
        if (region->vm == vm) {
            struct json_object *row = json_map_new();
            add_range(row, &region->pages);
            json_add_number(row, "page_size", region->is_large ? PAGE_SIZE_2M : PAGE_SIZE_4K);
            json_add_number(row, "shared_pages", region->shared);
            json_add_number(row, "pages_with_nothing_granted", region->orphans);
            json_object_array_add(list, row);
        }
    }
    return list;
}

static struct json_object *json_masters(const struct compose *compose, size_t vm)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < compose->master_count; i++) {
        const struct master_row *master = &compose->masters[i];
        if (master->vm == vm) {
            struct json_object *row = json_map_new();
            add_node(compose, row, "node", master->node);
            add_flag(row, "certain", master->is_certain);
            add_flag(row, "confined", false);
            add_node(compose, row, "iommu", master->iommu);
            json_object_array_add(list, row);
        }
    }
    return list;
}

static struct json_object *json_notes(const struct compose *compose, size_t vm)
{
    static const char *const kinds[] = {"left_out", "peer",   "dropped", "trigger",
                                        "ppi",      "frozen", "console", "cut"};
    const struct composed_vm *composed = &compose->vms[vm];
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < composed->note_count; i++) {
        struct json_object *row = json_map_new();
        json_add_text(row, "kind", kinds[composed->notes[i].kind]);
        add_node(compose, row, "node", composed->notes[i].node);
        json_add_text(row, "text", composed->notes[i].message);
        json_object_array_add(list, row);
    }
    return list;
}

static struct json_object *json_vm(const struct compose *compose, size_t vm)
{
    const struct composed_vm *composed = &compose->vms[vm];
    struct json_object *row = json_map_new();
    struct json_object *ram = json_map_new();
    json_add_text(row, "name", composed->request->name);
    json_add_number(row, "vcpus", composed->request->vcpu_count);
    add_range(ram, &composed->ram);
    json_object_object_add(row, "ram", ram);
    json_add_number(row, "kernel_gpa", composed->kernel_gpa);
    json_add_number(row, "dtb_gpa", composed->dtb_gpa);
    json_add_number(row, "initrd_gpa", composed->initrd_gpa);
    json_object_object_add(row, "grants", json_grants(compose, vm));
    json_object_object_add(row, "regions", json_regions(compose, vm));
    json_object_object_add(row, "bus_masters", json_masters(compose, vm));
    json_object_object_add(row, "notes", json_notes(compose, vm));
    json_object_object_add(row, "devices", json_devices(compose, vm));
    json_object_object_add(row, "uses", json_uses(compose, &composed->request->uses));
    return row;
}

/* Adds whose a node is, for machines if it is a VM's, and in words. */
static void add_owner(const struct compose *compose, struct json_object *to, size_t node)
{
    size_t vm = compose_owner_of(compose, node);
    if (vm < compose->owner_count) {
        add_owner_name(compose, to, vm);
    }
    add_allocated(to, "text", compose_node_text(compose, node));
}

/* Every node with registers, whoever has it: what `drover explain` says of a PA. */
static struct json_object *json_places(const struct compose *compose)
{
    struct json_object *list = json_list_new();
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        const struct devnode *node = &compose->devtree->nodes[i];
        for (size_t k = 0; !node->is_bus && k < node->reg_count; k++) {
            struct json_object *row = json_map_new();
            add_range(row, &node->regs[k]);
            add_node(compose, row, "node", i);
            add_owner(compose, row, i);
            json_object_array_add(list, row);
        }
    }
    return list;
}

/* Every device without registers. */
static struct json_object *json_nodes(const struct compose *compose)
{
    struct json_object *list = json_list_new();
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        if (compose->devtree->nodes[i].reg_count == 0 && devclass_is_device(compose->devtree, i)) {
            struct json_object *row = json_map_new();
            add_node(compose, row, "node", i);
            add_owner(compose, row, i);
            json_object_array_add(list, row);
        }
    }
    return list;
}

/* Whether a VM gets the interrupt from that node. The table is by number. */
static bool is_given(const struct compose *compose, size_t node, uint32_t intid)
{
    size_t first = 0, last = compose->irq_count;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (compose->irqs[middle].intid < intid) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    while (first < compose->irq_count && compose->irqs[first].intid == intid &&
           compose->irqs[first].node != node) {
        first++;
    }
    return first < compose->irq_count && compose->irqs[first].intid == intid;
}

/* Every interrupt of the tree that no VM gets from that node. */
static struct json_object *json_other_irqs(const struct compose *compose)
{
    struct json_object *list = json_list_new();
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        struct devirqs irqs;
        devnode_irqs(compose->devtree, i, &irqs);
        for (size_t k = 0; k < irqs.count; k++) {
            const struct devirq *irq = &irqs.entries[k];
            if (irq->problem != NULL || !irq->is_gic || is_given(compose, i, irq->intid)) {
                continue;
            }
            struct json_object *row = json_map_new();
            json_add_number(row, "irq", irq->intid);
            add_node(compose, row, "node", i);
            add_allocated(row, "text", compose_other_irq_text(compose, i, irq));
            json_object_array_add(list, row);
        }
        free(irqs.entries);
    }
    return list;
}

static struct json_object *json_irqs(const struct compose *compose)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < compose->irq_count; i++) {
        const struct irq_row *irq = &compose->irqs[i];
        struct json_object *row = json_map_new();
        json_add_number(row, "irq", irq->intid);
        add_owner_name(compose, row, irq->vm);
        json_add_text(row, "trigger", irq->trigger == TRIGGER_EDGE ? "edge" : "level");
        add_node(compose, row, "node", irq->node);
        json_add_text(row, "property", irq->property);
        add_allocated(row, "text", compose_irq_text(compose, irq));
        json_object_array_add(list, row);
    }
    return list;
}

static struct json_object *json_pages(const struct compose *compose)
{
    struct json_object *list = json_list_new();
    for (size_t i = 0; i < compose->page_count; i++) {
        const struct page_row *page = &compose->pages[i];
        struct json_object *row = json_map_new();
        add_range(row, &page->pages);
        add_owner_name(compose, row, page->vm);
        add_node(compose, row, "node", page->node);
        json_object_array_add(list, row);
    }
    return list;
}

char *compose_print_json(const struct compose *compose, size_t *size)
{
    struct json_object *root = json_map_new();
    struct json_object *vms = json_list_new();
    json_add_text(root, "board", compose->board->name);
    json_add_number(root, "tree_crc32", compose_tree_checksum(compose->devtree));
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        json_object_array_add(vms, json_vm(compose, vm));
    }
    json_object_object_add(root, "vms", vms);
    json_object_object_add(root, "pds", json_pds(compose));
    json_object_object_add(root, "channels", json_channels(compose));
    json_object_object_add(root, "pages", json_pages(compose));
    json_object_object_add(root, "interrupts", json_irqs(compose));
    json_object_object_add(root, "other_interrupts", json_other_irqs(compose));
    json_object_object_add(root, "places", json_places(compose));
    json_object_object_add(root, "nodes", json_nodes(compose));
    const char *text = json_object_to_json_string_ext(
        root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    char *copy;
    int length = asprintf(&copy, "%s\n", text);
    alloc_checked(length < 0 ? NULL : copy);
    *size = (size_t)length;
    json_object_put(root);
    return copy;
}
