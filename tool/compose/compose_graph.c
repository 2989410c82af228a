/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A composed system as boxes and lines: devices, and what they need of each other.
 */
#include "compose_graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "compose_print.h"

#define NAMES_MAX 14 /* listed in a box; the rest is counted */

/* Whether a device is a part of another one: it then is worth a box though it has no registers. */
static bool is_in_device(const struct compose *compose, size_t node)
{
    return compose_device_of(compose, compose->devtree->nodes[node].parent) != 0;
}

/* Whether node `i` is the device itself, or a part of it that is no device. */
static bool is_part_of(const struct compose *compose, size_t i, size_t device)
{
    return compose_device_of(compose, i) == device;
}

static bool has_registers(const struct compose *compose, size_t device)
{
    for (size_t i = device; i < compose->devtree->nodes[device].end; i++) {
        if (is_part_of(compose, i, device) && compose->devtree->nodes[i].reg_count != 0) {
            return true;
        }
    }
    return false;
}

static void add_irq_lines(const struct compose *compose, size_t vm, struct graph *graph, size_t box,
                          size_t device)
{
    for (size_t i = 0; i < compose->irq_count; i++) {
        const struct irq_row *row = &compose->irqs[i];
        if (row->vm == vm && is_part_of(compose, row->node, device)) {
            graph_add_line(graph, box, "irq %" PRIu32 " %s", row->intid,
                           row->trigger == TRIGGER_EDGE ? "edge" : "level");
        }
    }
}

static void add_master_line(const struct compose *compose, size_t vm, struct graph *graph,
                            size_t box, size_t device)
{
    for (size_t i = 0; i < compose->master_count; i++) {
        const struct master_row *row = &compose->masters[i];
        if (row->vm == vm && row->node == device) {
            graph_add_line(graph, box, "bus master%s, unconfined", row->is_certain ? "" : " (?)");
        }
    }
}

/* The box of a device that a VM has. */
static size_t add_device(const struct compose *compose, size_t vm, struct graph *graph,
                         const struct grant *grant, size_t frame)
{
    const struct devnode *node = &compose->devtree->nodes[grant->node];
    const struct devclass *class = &compose->classes[grant->node];
    size_t box = graph_add_node(graph, grant->why == WHY_GIVEN ? NODE_GIVEN : NODE_NEEDED, frame);
    char *why = compose_why_text(compose, vm, grant);
    graph->nodes[box].title = graph_text("%s: %s", node->path, why);
    free(why);
    graph_add_line(graph, box, "%s", node->name);
    if (class->what != NULL) {
        graph_add_line(graph, box, "%s", class->what);
    }
    add_irq_lines(compose, vm, graph, box, grant->node);
    add_master_line(compose, vm, graph, box, grant->node);
    if (class->power != NULL && has_registers(compose, grant->node)) {
        graph_add_line(graph, box, "can %s", class->power);
    }
    return box;
}

/* A box with the names of nodes; its last line counts those that there was no room for. */
struct list {
    struct graph *graph;
    size_t box; /* INDEX_NONE: none of them yet */
    enum node_kind kind;
    size_t frame;
    const char *heading;
    size_t count;
};

static void list_add(struct list *list, const char *name)
{
    if (list->count++ == 0) {
        list->box = graph_add_node(list->graph, list->kind, list->frame);
        graph_add_line(list->graph, list->box, "%s", list->heading);
    }
    if (list->count <= NAMES_MAX) {
        graph_add_line(list->graph, list->box, "%s", name);
    }
}

static void list_end(const struct list *list)
{
    if (list->count > NAMES_MAX) {
        graph_add_line(list->graph, list->box, "and %zu more", list->count - NAMES_MAX);
    }
}

/* Adds `property` to the line from one box to another. */
static void add_need(struct graph *graph, size_t from, size_t to, const char *property)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct edge *edge = &graph->edges[i];
        if (edge->kind != EDGE_NEED || edge->nodes[0] != from || edge->nodes[1] != to) {
            continue;
        }
        if (strstr(edge->label, property) == NULL) {
            char *longer = graph_text("%s, %s", edge->label, property);
            free(edge->label);
            edge->label = longer;
        }
        return;
    }
    struct edge *edge = graph_add_edge(graph, EDGE_NEED, from, to);
    edge->rights[0] = RIGHT_NOTIFY;
    edge->label = graph_text("%s", property);
}

/* Adds the lines from a VM's devices to what they need. */
static void add_needs(const struct compose *compose, struct graph *graph, const size_t *boxes)
{
    for (size_t i = 1; i < compose->devtree->node_count; i++) {
        size_t device = compose_device_of(compose, i);
        struct devrefs refs;
        if (boxes[device] == INDEX_NONE || !compose->devtree->nodes[i].is_enabled) {
            continue;
        }
        devnode_refs(compose->devtree, i, &refs);
        for (size_t k = 0; k < refs.count; k++) {
            const struct devref *ref = &refs.entries[k];
            if (ref->problem != NULL || ref->kind != REF_NEEDED) {
                continue;
            }
            size_t target = compose_device_of(compose, ref->target);
            if (target != device && boxes[target] != INDEX_NONE) {
                add_need(graph, boxes[device], boxes[target], ref->property);
            }
        }
        free(refs.entries);
        size_t above = compose_device_of(compose, compose->devtree->nodes[device].parent);
        if (i == device && above != 0 && boxes[above] != INDEX_NONE) {
            add_need(graph, boxes[device], boxes[above], "stands on");
        }
    }
}

static size_t add_frame(struct graph *graph, char *label)
{
    graph->frames = alloc_grow(graph->frames, graph->frame_count, &graph->frame_capacity,
                               sizeof(*graph->frames));
    graph->frames[graph->frame_count] = (struct frame){.parent = INDEX_NONE, .label = label};
    return graph->frame_count++;
}

/* Adds a VM's frame; returns it. */
static size_t add_vm(const struct compose *compose, size_t vm, struct graph *graph)
{
    const struct composed_vm *composed = &compose->vms[vm];
    const struct devtree *devtree = compose->devtree;
    char size[32];
    size_t frame = add_frame(
        graph,
        graph_text("VM \"%s\": %" PRIu32 " vCPU%s, RAM %s at 0x%" PRIx64, composed->request->name,
                   composed->request->vcpu_count, composed->request->vcpu_count == 1 ? "" : "s",
                   compose_size_text(composed->ram.size, size), composed->ram.base));
    struct list bare = {
        .graph = graph, .kind = NODE_NEEDED, .frame = frame, .heading = "without registers"};
    size_t *boxes = alloc_array(devtree->node_count, sizeof(*boxes));
    for (size_t i = 0; i < devtree->node_count; i++) {
        boxes[i] = INDEX_NONE;
    }
    for (size_t i = 0; i < composed->grant_count; i++) {
        const struct grant *grant = &composed->grants[i];
        if (!devclass_is_device(devtree, grant->node)) {
            continue;
        }
        if (has_registers(compose, grant->node) || is_in_device(compose, grant->node)) {
            boxes[grant->node] = add_device(compose, vm, graph, grant, frame);
        } else {
            list_add(&bare, devtree->nodes[grant->node].name);
        }
    }
    list_end(&bare);
    if (composed->grant_count == 0) {
        size_t box = graph_add_node(graph, NODE_NEEDED, frame);
        graph_add_line(graph, box, "no devices");
    }
    add_needs(compose, graph, boxes);
    compose_graph_add_pages(compose, vm, graph, boxes, frame);
    free(boxes);
    return frame;
}

/* The box of the UART that is shared, in its driver's frame; INDEX_NONE if none is. */
static size_t add_console(const struct compose *compose, struct graph *graph)
{
    size_t owner = compose->vm_count;
    if (owner == compose->owner_count) {
        return INDEX_NONE;
    }
    size_t frame = add_frame(graph, graph_text("PD \"%s\"", compose->vms[owner].request->name));
    return add_device(compose, owner, graph, &compose->vms[owner].grants[0], frame);
}

/* The boxes of what no VM has: the kernel's devices, and those that nobody has. */
static void add_others(const struct compose *compose, struct graph *graph)
{
    const struct devtree *devtree = compose->devtree;
    struct list kernel = {
        .graph = graph, .kind = NODE_KEPT, .frame = INDEX_NONE, .heading = "the kernel has"};
    struct list nobody = {
        .graph = graph, .kind = NODE_NOBODY, .frame = INDEX_NONE, .heading = "nobody has"};
    size_t disabled = 0;
    for (size_t i = 1; i < devtree->node_count; i++) {
        const struct devnode *node = &devtree->nodes[i];
        enum keeper keeper = compose->classes[i].keeper;
        if (!devclass_is_device(devtree, i) ||
            compose_owner_of(compose, i) != compose->owner_count) {
            continue;
        }
        if (keeper == KEEPER_KERNEL && node->is_enabled) {
            list_add(&kernel, node->name);
        } else if (keeper == KEEPER_NONE && has_registers(compose, i)) {
            if (node->is_enabled) {
                list_add(&nobody, node->name);
            } else {
                disabled++;
            }
        }
    }
    list_end(&kernel);
    list_end(&nobody);
    if (disabled != 0 && nobody.count != 0) {
        graph_add_line(graph, nobody.box, "and %zu disabled in the tree", disabled);
    }
}

void compose_graph_build(const struct compose *compose, struct graph *graph)
{
    uint64_t pages = 0;
    for (size_t i = 0; i < compose->region_count; i++) {
        pages += compose->regions[i].pages.size / PAGE_SIZE_4K;
    }
    *graph = (struct graph){0};
    graph->summary =
        graph_text("%zu virtual machine%s, with %" PRIu64 " pages of devices and %zu interrupt%s",
                   compose->vm_count, compose->vm_count == 1 ? "" : "s", pages, compose->irq_count,
                   compose->irq_count == 1 ? "" : "s");
    size_t frames[COMPOSE_VM_MAX];
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        frames[vm] = add_vm(compose, vm, graph);
    }
    compose_graph_add_serving(compose, graph, frames, add_console(compose, graph));
    add_others(compose, graph);
    graph_size_nodes(graph);
}

bool compose_graph_write(const struct compose *compose, const char *path)
{
    const char *model = devnode_string(compose->devtree, 0, "model");
    char *title = graph_text("%s, composed", model == NULL ? compose->board->name : model);
    char *text = NULL;
    size_t size;
    struct graph graph;
    compose_graph_build(compose, &graph);
    bool drawn = graph_layout(&graph);
    if (drawn) {
        FILE *out = alloc_checked(open_memstream(&text, &size));
        graph_write_svg(&graph, title, out);
        drawn = fclose(out) == 0 && file_write(path, text, size);
        free(text);
    }
    graph_free(&graph);
    free(title);
    return drawn;
}
