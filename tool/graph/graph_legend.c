/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The explanation below a picture: the colours, the lines and the domains' schedule. Only what the
 * picture has is explained.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "graph_draw.h"

#define SAMPLE 26.0 /* width of a sample */
#define GAP    18.0 /* between entries */
#define LEFT   10.0

struct legend {
    FILE *out;
    struct point at; /* the middle of the next sample's left side */
    double width;
};

/* Moves to the next line if the text of the next entry would not fit, and past it. Returns where
 * its sample stands. */
static struct point legend_place(struct legend *legend, const char *text)
{
    double width = SAMPLE + 6 + (double)graph_columns(text) * GRAPH_COLUMN;
    if (legend->at.x > LEFT && legend->at.x + width > legend->width) {
        legend->at = (struct point){LEFT, legend->at.y + GRAPH_LINE + 4};
    }
    struct point place = legend->at;
    legend->at.x += width + GAP;
    draw_text(legend->out, "detail", (struct point){place.x + SAMPLE + 6, place.y + 4}, text);
    return place;
}

static void legend_box(struct legend *legend, const char *class, const char *text)
{
    struct point place = legend_place(legend, text);
    const struct box box = {{place.x, place.y - 6}, SAMPLE, 12};
    fprintf(legend->out, "<g class=\"%s\">\n", class);
    draw_box(legend->out, &box, 2);
    fputs("</g>\n", legend->out);
}

static void legend_line(struct legend *legend, const char *class, const enum arrow *arrow,
                        const char *text)
{
    struct point place = legend_place(legend, text);
    struct point end = {place.x + SAMPLE, place.y};
    fprintf(legend->out, "<g class=\"%s\"><path d=\"M%.1f,%.1f L%.1f,%.1f\"/>\n", class, place.x,
            place.y, end.x, end.y);
    if (arrow != NULL) {
        draw_arrow(legend->out, *arrow, end, place);
    }
    fputs("</g>\n", legend->out);
}

static void legend_domain(struct legend *legend, const struct system *system, size_t domain)
{
    uint64_t us = 0;
    uint64_t ticks = 0;
    size_t count = 0;
    for (size_t i = 0; i < system->schedule_count; i++) {
        const struct schedule_entry *entry = &system->schedule[i];
        if (entry->domain == domain) {
            *(entry->is_ticks ? &ticks : &us) += entry->duration;
            count++;
        }
    }
    char *us_text = us == 0 ? NULL : graph_text(", %" PRIu64 " us", us);
    char *tick_text = ticks == 0 ? NULL : graph_text(", %" PRIu64 " ticks", ticks);
    char *text = graph_text("domain %s: %zu of %zu slots%s%s", system->domains[domain].name, count,
                            system->schedule_count, us_text == NULL ? "" : us_text,
                            tick_text == NULL ? "" : tick_text);
    char *class = graph_text("pd domain%" PRIu32, system->domains[domain].id);
    legend_box(legend, class, text);
    free(us_text);
    free(tick_text);
    free(text);
    free(class);
}

static bool has_node(const struct graph *graph, enum node_kind kind)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        if (graph->nodes[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static bool has_edge(const struct graph *graph, enum edge_kind kind, unsigned rights)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if (edge->kind == kind &&
            (rights == 0 || ((edge->rights[0] | edge->rights[1]) & rights) != 0)) {
            return true;
        }
    }
    return false;
}

/* The boxes of a composed system. */
static void legend_composed(struct legend *legend, const struct graph *graph)
{
    static const struct {
        enum node_kind kind;
        const char *class, *text;
    } entries[] = {
        {NODE_GIVEN, "given", "given to the VM"},
        {NODE_NEEDED, "needed", "had because another needs it"},
        {NODE_PAGE, "page", "page that several devices share"},
        {NODE_KEPT, "kept", "the kernel's"},
        {NODE_NOBODY, "nobody", "nobody's"},
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (has_node(graph, entries[i].kind)) {
            legend_box(legend, entries[i].class, entries[i].text);
        }
    }
}

static void legend_boxes(struct legend *legend, const struct graph *graph)
{
    if (graph->system->domain_count == 0) {
        legend_box(legend, "pd domain0", "protection domain");
    }
    for (size_t i = 0; i < graph->system->domain_count; i++) {
        legend_domain(legend, graph->system, i);
    }
    if (has_node(graph, NODE_VM)) {
        legend_box(legend, "vm domain0", "virtual machine");
    }
    if (has_node(graph, NODE_MEMORY)) {
        legend_box(legend, "memory", "shared memory");
    }
    if (has_node(graph, NODE_DEVICE) || has_node(graph, NODE_IRQ)) {
        legend_box(legend, "device", "device");
    }
}

double draw_legend(FILE *out, const struct graph *graph, double top, double width)
{
    static const enum arrow call = ARROW_CALL;
    static const enum arrow notify = ARROW_NOTIFY;
    struct legend legend = {.out = out, .at = {LEFT, top + GRAPH_LINE}, .width = width};
    fputs("<g id=\"legend\">\n", out);
    if (graph->system == NULL) {
        legend_composed(&legend, graph);
    } else {
        legend_boxes(&legend, graph);
    }
    if (has_edge(graph, EDGE_CHANNEL, RIGHT_CALL)) {
        legend_line(&legend, "channel call", &call, "may call");
    }
    if (has_edge(graph, EDGE_CHANNEL, RIGHT_NOTIFY)) {
        legend_line(&legend, "channel", &notify, "may notify");
    }
    if (has_edge(graph, EDGE_MAP, 0)) {
        legend_line(&legend, "map", NULL, "has mapped");
    }
    if (has_edge(graph, EDGE_IRQ, 0)) {
        legend_line(&legend, "irq", &notify, "interrupts");
    }
    if (has_edge(graph, EDGE_CAPABILITY, 0)) {
        legend_line(&legend, "capability", &notify, "has a right to");
    }
    if (has_edge(graph, EDGE_NEED, 0)) {
        legend_line(&legend, "need", &notify, "needs");
    }
    if (has_edge(graph, EDGE_PAGE, 0)) {
        legend_line(&legend, "inpage", NULL, "has registers in");
    }
    fputs("</g>\n", out);
    return legend.at.y + GRAPH_LINE;
}
