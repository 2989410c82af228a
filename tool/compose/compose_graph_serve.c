/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who serves whom in a composed picture: in each frame a box with what its VM serves and uses,
 * programs in boxes of their own, and lines from who uses to who serves.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "compose_graph.h"

/* Boxes of what somebody serves or uses. */
struct boxes {
    size_t vms[COMPOSE_VM_MAX];
    size_t console; /* of the UART's driver, or INDEX_NONE */
};

static bool has_part(const struct vm_request *request)
{
    bool has = request->uses.console;
    for (enum service service = 0; service < SERVICE_COUNT; service++) {
        has = has || request->serves[service] || request->uses.services[service].from != NULL;
    }
    return has;
}

static size_t add_vm_box(const struct compose *compose, size_t vm, struct graph *graph,
                         size_t frame)
{
    const struct vm_request *request = &compose->request->vms[vm];
    if (!has_part(request)) {
        return INDEX_NONE;
    }
    size_t box = graph_add_node(graph, NODE_NEEDED, frame);
    graph_add_line(graph, box, "virtio");
    for (size_t i = 0; i < compose->serve.device_count; i++) {
        if (compose->serve.devices[i].vm == vm) {
            graph_add_line(graph, box, "%s", serve_device_name(compose->serve.devices[i].kind));
        }
    }
    return box;
}

static void add_use(struct graph *graph, size_t from, size_t to, char *label)
{
    struct edge *edge = graph_add_edge(graph, EDGE_NEED, from, to);
    edge->rights[0] = RIGHT_NOTIFY;
    edge->label = label;
}

/* Adds a line for each thing that a VM or program uses. */
static void add_uses(struct graph *graph, const struct boxes *boxes, size_t box,
                     const struct uses *uses)
{
    const struct service_use *block = &uses->services[SERVICE_BLOCK];
    const struct service_use *network = &uses->services[SERVICE_NET];
    if (uses->console) {
        add_use(graph, box, boxes->console, graph_text("console"));
    }
    if (block->from != NULL) {
        add_use(graph, box, boxes->vms[block->server],
                block->is_whole_disk ? graph_text("disk")
                                     : graph_text("partition %" PRIu32, block->partition));
    }
    if (network->from != NULL) {
        add_use(graph, box, boxes->vms[network->server], graph_text("network"));
    }
}

void compose_graph_add_serving(const struct compose *compose, struct graph *graph,
                               const size_t *frames, size_t console)
{
    const struct compose_request *request = compose->request;
    struct boxes boxes = {.console = console};
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        boxes.vms[vm] = add_vm_box(compose, vm, graph, frames[vm]);
    }
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        add_uses(graph, &boxes, boxes.vms[vm], &request->vms[vm].uses);
    }
    for (size_t i = 0; i < request->program_count; i++) {
        size_t box = graph_add_node(graph, NODE_PD, INDEX_NONE);
        graph_add_line(graph, box, "%s", request->programs[i].name);
        add_uses(graph, &boxes, box, &request->programs[i].uses);
    }
}
