/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * From a system to boxes and lines: PDs, VMs and what goes between them.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "graph.h"

static void add_pd_lines(struct graph *graph, size_t node, const struct pd *pd)
{
    graph->nodes[node].title = graph_text("protection domain %s: %s, %" PRIu64 " KiB of stack",
                                          pd->name, pd->program_path, pd->stack_size / 1024);
    graph_add_line(graph, node, "%s", pd->name);
    graph_add_line(graph, node, "priority %" PRIu32 "%s%s%s", pd->priority,
                   pd->passive ? ", passive" : "", pd->smc ? ", SMC" : "",
                   pd->fpu ? "" : ", no FP");
    if (pd->budget_us != pd->period_us) {
        graph_add_line(graph, node, "%" PRIu32 " of %" PRIu32 " us", pd->budget_us, pd->period_us);
    }
    if (pd->cpu != 0) {
        graph_add_line(graph, node, "core %" PRIu32, pd->cpu);
    }
}

static void add_vm_lines(struct graph *graph, size_t node, const struct vm *vm)
{
    graph->nodes[node].title = graph_text("virtual machine %s", vm->name);
    graph_add_line(graph, node, "%s", vm->name);
    graph_add_line(graph, node, "VM, %zu vCPU%s", vm->vcpu_count, vm->vcpu_count == 1 ? "" : "s");
    graph_add_line(graph, node, "priority %" PRIu32, vm->priority);
}

/* The scheduling domain's identifier of a PD. */
static unsigned domain_of(const struct system *system, const struct pd *pd)
{
    return pd->domain == INDEX_NONE ? 0 : system->domains[pd->domain].id;
}

/* A PD with a VM or children has a frame. */
static size_t add_frame(struct graph *graph, size_t parent, const struct pd *pd, bool has_children)
{
    graph->frames = alloc_grow(graph->frames, graph->frame_count, &graph->frame_capacity,
                               sizeof(*graph->frames));
    const char *rest = pd->vm == NULL ? "children" : has_children ? "VM and children" : "VM";
    graph->frames[graph->frame_count] =
        (struct frame){.parent = parent, .label = graph_text("%s and its %s", pd->name, rest)};
    return graph->frame_count++;
}

/* Parents come before their children in the description, and so do their frames. */
static void add_frames(struct graph *graph)
{
    const struct system *system = graph->system;
    bool *has_children = alloc_array(system->pd_count, sizeof(*has_children));
    for (size_t i = 0; i < system->pd_count; i++) {
        if (system->pds[i].parent != INDEX_NONE) {
            has_children[system->pds[i].parent] = true;
        }
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        size_t frame = pd->parent == INDEX_NONE ? INDEX_NONE : graph->pd_frames[pd->parent];
        if (has_children[i] || pd->vm != NULL) {
            frame = add_frame(graph, frame, pd, has_children[i]);
        }
        graph->pd_frames[i] = frame;
    }
    free(has_children);
}

static void add_pds(struct graph *graph)
{
    const struct system *system = graph->system;
    for (size_t i = 0; i < system->pd_count; i++) {
        size_t node = graph_add_node(graph, NODE_PD, graph->pd_frames[i]);
        graph->nodes[node].colour = domain_of(system, &system->pds[i]);
        add_pd_lines(graph, node, &system->pds[i]);
    }
    for (size_t i = 0; i < system->pd_count; i++) {
        graph->vm_nodes[i] = INDEX_NONE;
        if (system->pds[i].vm != NULL) {
            size_t node = graph_add_node(graph, NODE_VM, graph->pd_frames[i]);
            graph->nodes[node].colour = domain_of(system, &system->pds[i]);
            add_vm_lines(graph, node, system->pds[i].vm);
            graph->vm_nodes[i] = node;
        }
    }
}

/* What an end may do, in words. */
static const char *rights_text(const struct channel_end *end)
{
    static const char *const texts[] = {"listens", "notifies", "calls", "notifies, calls"};
    return texts[(end->notify ? 1 : 0) + (end->pp ? 2 : 0)];
}

static void add_channels(struct graph *graph)
{
    const struct system *system = graph->system;
    for (size_t i = 0; i < system->channel_count; i++) {
        const struct channel_end *ends = system->channels[i].ends;
        struct edge *edge = graph_add_edge(graph, EDGE_CHANNEL, ends[0].pd, ends[1].pd);
        for (size_t k = 0; k < 2; k++) {
            edge->rights[k] = (ends[k].notify ? RIGHT_NOTIFY : 0u) | (ends[k].pp ? RIGHT_CALL : 0u);
            edge->ends[k] = graph_text("%" PRIu32, ends[k].id);
        }
        edge->title = graph_text("%s %" PRIu32 " (%s) - %s %" PRIu32 " (%s)",
                                 system->pds[ends[0].pd].name, ends[0].id, rights_text(&ends[0]),
                                 system->pds[ends[1].pd].name, ends[1].id, rights_text(&ends[1]));
    }
}

static void add_capabilities(struct graph *graph)
{
    static const char *const kinds[] = {
        [CAPABILITY_TCB] = "tcb", [CAPABILITY_SC] = "sc", [CAPABILITY_VSPACE] = "vspace"};
    const struct system *system = graph->system;
    for (size_t i = 0; i < system->pd_count; i++) {
        for (size_t k = 0; k < system->pds[i].capability_count; k++) {
            const struct capability *capability = &system->pds[i].capabilities[k];
            struct edge *edge = graph_add_edge(graph, EDGE_CAPABILITY, i, capability->pd);
            edge->rights[0] = RIGHT_NOTIFY;
            edge->label =
                graph_text("%s, slot %" PRIu32, kinds[capability->kind], capability->slot);
        }
    }
}

#define FAR UINT32_MAX /* no way found yet */

/* Goes on from the nodes at distance `level` to those not reached yet. */
static void reach_neighbours(struct graph *graph, unsigned level, bool by_channels)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        bool channel = edge->kind == EDGE_CHANNEL || edge->kind == EDGE_CAPABILITY;
        for (size_t k = 0; k < 2; k++) {
            const struct node *from = &graph->nodes[edge->nodes[k]];
            struct node *to = &graph->nodes[edge->nodes[1 - k]];
            if (from->distance == level && to->distance == FAR && (by_channels || !channel)) {
                to->distance = level + (channel ? 2 : 1);
            }
        }
    }
}

/* How far each node is from a device: along the way of the data, which is memory; along channels
 * between those that share none. */
static void find_distances(struct graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        enum node_kind kind = graph->nodes[i].kind;
        graph->nodes[i].distance = kind == NODE_DEVICE || kind == NODE_IRQ ? 0 : FAR;
    }
    for (unsigned level = 0; level < graph->node_count; level++) {
        reach_neighbours(graph, level, false);
    }
    for (unsigned level = 0; level < 2 * graph->node_count; level++) {
        reach_neighbours(graph, level, true);
    }
}

/* Whether PD or VM `a` is to stand left of `b`: nearer to a device; of two as far, the first. */
static bool is_left(const struct graph *graph, size_t a, size_t b)
{
    unsigned distance = graph->nodes[a].distance;
    unsigned other = graph->nodes[b].distance;
    return distance < other || (distance == other && a < b);
}

/* For each memory node, the sharer that is to stand left of it; the others stand right. */
static size_t *find_first_sharers(const struct graph *graph)
{
    size_t *first = alloc_array(graph->node_count, sizeof(*first));
    for (size_t i = 0; i < graph->node_count; i++) {
        first[i] = INDEX_NONE;
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        size_t memory = graph->edges[i].nodes[0];
        size_t sharer = graph->edges[i].nodes[1];
        if (graph->nodes[memory].kind == NODE_MEMORY &&
            (first[memory] == INDEX_NONE || is_left(graph, sharer, first[memory]))) {
            first[memory] = sharer;
        }
    }
    return first;
}

static void edge_turn(struct edge *edge)
{
    struct edge turned = *edge;
    for (size_t k = 0; k < 2; k++) {
        turned.nodes[k] = edge->nodes[1 - k];
        turned.rights[k] = edge->rights[1 - k];
        turned.ends[k] = edge->ends[1 - k];
    }
    *edge = turned;
}

/* Turns lines so that they go away from the devices. */
static void turn_edges(struct graph *graph)
{
    size_t *first = find_first_sharers(graph);
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct edge *edge = &graph->edges[i];
        size_t from = edge->nodes[0];
        size_t to = edge->nodes[1];
        enum node_kind kind = graph->nodes[from].kind;
        bool between = edge->kind == EDGE_CHANNEL || edge->kind == EDGE_CAPABILITY;
        if ((between && is_left(graph, to, from)) || (kind == NODE_MEMORY && first[from] == to)) {
            edge_turn(edge);
        }
    }
    free(first);
}

void graph_size_nodes(struct graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        struct node *node = &graph->nodes[i];
        size_t columns = 0;
        for (size_t k = 0; k < node->line_count; k++) {
            size_t wanted = graph_columns(node->lines[k]);
            columns = wanted > columns ? wanted : columns;
        }
        node->box.width = (int)((double)columns * GRAPH_COLUMN) + 2 * GRAPH_PADDING;
        node->box.height = (double)node->line_count * GRAPH_LINE + GRAPH_PADDING;
    }
}

/* What there is, in numbers. */
static void add_summary(struct graph *graph)
{
    size_t pds = graph->system->pd_count;
    size_t channels = graph->system->channel_count;
    size_t vms = 0;
    for (size_t i = 0; i < pds; i++) {
        vms += graph->system->pds[i].vm != NULL;
    }
    graph->summary = graph_text("%zu protection domain%s, %zu virtual machine%s, %zu channel%s",
                                pds, pds == 1 ? "" : "s", vms, vms == 1 ? "" : "s", channels,
                                channels == 1 ? "" : "s");
}

void graph_build(struct graph *graph, const struct system *system, const struct graph_board *board)
{
    *graph = (struct graph){
        .system = system,
        .pd_frames = alloc_array(system->pd_count, sizeof(size_t)),
        .vm_nodes = alloc_array(system->pd_count, sizeof(size_t)),
    };
    add_frames(graph);
    add_pds(graph);
    graph_add_memory(graph, board);
    add_channels(graph);
    add_capabilities(graph);
    find_distances(graph);
    turn_edges(graph);
    graph_size_nodes(graph);
    add_summary(graph);
}
