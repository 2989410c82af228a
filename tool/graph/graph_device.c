/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The devices of a picture, with the names that the board's tree has for them, and the interrupts:
 * at their device where the board is known, else at a box of their owner's.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "graph.h"

#define DEVICE_NAME_MAX 3 /* names listed for a region; the rest is counted */

size_t graph_add_device(struct graph *graph, const struct graph_board *board, size_t index)
{
    const struct memory_region *region = &graph->system->regions[index];
    size_t node = graph_add_node(graph, NODE_DEVICE, INDEX_NONE);
    size_t count = 0;
    graph_add_line(graph, node, "%s", region->name);
    for (size_t i = 0; board != NULL && i < board->device_count; i++) {
        const struct board_device *device = &board->devices[i];
        if (range_overlaps(&device->range, region->phys_addr, region->size) &&
            count++ < DEVICE_NAME_MAX) {
            graph_add_line(graph, node, "%s", device->name);
        }
    }
    if (count > DEVICE_NAME_MAX) {
        graph_add_line(graph, node, "and %zu more", count - DEVICE_NAME_MAX);
    }
    graph_add_line(graph, node, "0x%" PRIx64 "..0x%" PRIx64, region->phys_addr,
                   region->phys_addr + region->size - 1);
    return node;
}

/* What the interrupts of a system are looked up in. */
struct origins {
    struct graph *graph;
    const struct graph_board *board;
    const size_t *device_nodes; /* one a region */
};

/* The node of the device that `intid` comes from, or INDEX_NONE. */
static size_t origin_find(const struct origins *origins, uint32_t intid)
{
    const struct system *system = origins->graph->system;
    for (size_t i = 0; origins->board != NULL && i < system->region_count; i++) {
        const struct memory_region *region = &system->regions[i];
        if (origins->device_nodes[i] != INDEX_NONE &&
            graph_board_raises(origins->board, intid, region->phys_addr, region->size)) {
            return origins->device_nodes[i];
        }
    }
    return INDEX_NONE;
}

/* Interrupts that follow each other, alike but for their numbers, from one device. */
struct run {
    const struct irq *irqs;
    uint32_t count;
    uint32_t id_step; /* 0: all to the same vCPU; 1: each to a channel of its own */
    size_t device;    /* node or INDEX_NONE */
};

/* Takes as many of `count` interrupts as make a run. */
static struct run run_take(const struct origins *origins, const struct irq *irqs, size_t count)
{
    struct run run = {.irqs = irqs, .count = 1, .device = origin_find(origins, irqs[0].intid)};
    run.id_step = count > 1 ? irqs[1].id - irqs[0].id : 0;
    while (run.count < count && run.id_step <= 1) {
        const struct irq *next = &irqs[run.count];
        if (next->intid != irqs[0].intid + run.count || next->edge != irqs[0].edge ||
            next->id != irqs[0].id + run.count * run.id_step ||
            origin_find(origins, next->intid) != run.device) {
            break;
        }
        run.count++;
    }
    return run;
}

/* Adds the line of a run, whose identifiers are a channel or a vCPU, as `way` says. */
static void run_add_line(struct graph *graph, size_t node, const struct run *run, const char *way)
{
    const struct irq *irq = run->irqs;
    uint32_t more = run->count - 1;
    char *last = more == 0 ? graph_text("%s", "") : graph_text("..%" PRIu32, irq->intid + more);
    char *last_id =
        more * run->id_step == 0 ? graph_text("%s", "") : graph_text("..%" PRIu32, irq->id + more);
    graph_add_line(graph, node, "irq %" PRIu32 "%s %s, %s %" PRIu32 "%s", irq->intid, last,
                   irq->edge ? "edge" : "level", way, irq->id, last_id);
    free(last);
    free(last_id);
}

static void add_irq_edge(struct graph *graph, size_t device, size_t owner)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind == EDGE_IRQ && edge->nodes[0] == device && edge->nodes[1] == owner) {
            return;
        }
    }
    graph_add_edge(graph, EDGE_IRQ, device, owner)->rights[0] = RIGHT_NOTIFY;
}

static void add_owner_irqs(const struct origins *origins, size_t owner, const struct irq *irqs,
                           size_t count, const char *way)
{
    struct graph *graph = origins->graph;
    size_t other = INDEX_NONE; /* the box of those whose device is not known */
    for (size_t i = 0; i < count;) {
        struct run run = run_take(origins, &irqs[i], count - i);
        if (run.device == INDEX_NONE) {
            if (other == INDEX_NONE) {
                other = graph_add_node(graph, NODE_IRQ, INDEX_NONE);
                graph_add_line(graph, other, "interrupts");
            }
            run.device = other;
        }
        run_add_line(graph, run.device, &run, way);
        add_irq_edge(graph, run.device, owner);
        i += run.count;
    }
}

void graph_add_interrupts(struct graph *graph, const struct graph_board *board,
                          const size_t *device_nodes)
{
    const struct origins origins = {graph, board, device_nodes};
    const struct system *system = graph->system;
    for (size_t i = 0; i < system->pd_count; i++) {
        const struct pd *pd = &system->pds[i];
        add_owner_irqs(&origins, i, pd->irqs, pd->irq_count, "channel");
        if (pd->vm != NULL) {
            add_owner_irqs(&origins, graph->vm_nodes[i], pd->vm->irqs, pd->vm->irq_count, "vCPU");
        }
    }
}
