/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Draws a placed picture. Each thing is a group with an identifier and a class: pd0 and vm0 by PD,
 * channel0 and the others in the order of the description.
 */
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "graph_draw.h"

#define HEADING 40.0 /* height of the heading */
#define MARGIN  10.0
#define WIDTH   520.0 /* of the picture, at least */

static const char style[] =
    "text{font-family:'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace;"
    "font-size:11px;fill:#1b1f24}\n"
    ".heading{font-size:14px;font-weight:bold}\n"
    ".name{font-weight:bold}\n"
    ".detail{fill:#4a5058}\n"
    ".small{font-size:9px}\n"
    "path,polyline{fill:none}\n"
    ".frame rect{fill:#f6f8fb;stroke:#a9b4c2}\n"
    ".pd rect{fill:#dbe7f6;stroke:#2f5d94}\n"
    ".vm rect{fill:#fbeeda;stroke:#a8671a;stroke-dasharray:5 2}\n"
    ".memory rect{fill:#e2f2e4;stroke:#3b7d45}\n"
    ".device rect,.irqs rect{fill:#e8e8e8;stroke:#5c5c5c;stroke-width:1.6}\n"
    ".channel{stroke:#1f4470;stroke-width:1}\n"
    ".call{stroke-width:2.4}\n"
    ".map{stroke:#3b7d45;stroke-width:1}\n"
    ".irq{stroke:#c2410c;stroke-width:1.2}\n"
    ".capability{stroke:#7b2fa0;stroke-width:1.2}\n"
    ".capability path{stroke-dasharray:4 3}\n"
    ".open{stroke-width:1.2}\n"
    ".filled{fill:#1f4470;stroke:none}\n"
    ".label rect{fill:#fff;stroke:none;fill-opacity:.85}\n"
    "g text{stroke:none}\n";

/* Fills of PDs and their VMs by the identifier of their scheduling domain: light enough for text.
 */
static const char *const domain_fills[DOMAIN_MAX] = {
    "#dbe7f6", "#fde2e2", "#fff3c4", "#e7dcf7", "#d3f0ec", "#ffe3c9", "#dff0c8", "#fbd9ec",
    "#cfe8fb", "#ead9c8", "#f0f0b8", "#d9d7f3", "#c8efd7", "#f6cfc5", "#d8e2dc", "#ecd0f2",
};

/* What only composed systems have. */
static const char composed_style[] =
    ".given rect{fill:#dbe7f6;stroke:#2f5d94;stroke-width:2}\n"
    ".needed rect{fill:#eef4fb;stroke:#6b8fba}\n"
    ".page rect{fill:#fde2e2;stroke:#b3261e;stroke-width:1.6}\n"
    ".kept rect{fill:#e7dcf7;stroke:#6a3fa0}\n"
    ".nobody rect{fill:#f4f4f4;stroke:#8a8a8a;stroke-dasharray:4 3}\n"
    ".need{stroke:#1f4470;stroke-width:1}\n"
    ".inpage{stroke:#b3261e;stroke-width:1}\n"
    ".inpage path{stroke-dasharray:4 3}\n";

static void write_style(const struct graph *graph, FILE *out)
{
    fprintf(out, "<style>\n%s%s", style, graph->system == NULL ? composed_style : "");
    for (size_t i = 0; graph->system != NULL && i < graph->system->domain_count; i++) {
        unsigned id = graph->system->domains[i].id;
        fprintf(out, ".domain%u rect{fill:%s}\n", id, domain_fills[id % DOMAIN_MAX]);
    }
    fputs("</style>\n", out);
}

/* Opens the group of something: its identifier, its class and what it says when pointed at. */
static void open_group(FILE *out, const char *prefix, size_t index, const char *class,
                       const char *title)
{
    fprintf(out, "<g id=\"%s%zu\" class=\"%s\">\n", prefix, index, class);
    if (title != NULL) {
        fputs("<title>", out);
        draw_escaped(out, title);
        fputs("</title>\n", out);
    }
}

/* ---- Boxes ---- */

static void draw_node_box(const struct node *node, FILE *out)
{
    static const double radii[] = {
        [NODE_PD] = 3, [NODE_VM] = 3, [NODE_MEMORY] = 9, [NODE_PAGE] = 9, [NODE_NOBODY] = 0};
    draw_box(out, &node->box, radii[node->kind]);
    struct point at = {node->box.corner.x + GRAPH_PADDING, node->box.corner.y + GRAPH_LINE};
    for (size_t i = 0; i < node->line_count; i++) {
        bool name = i == 0 && node->kind != NODE_MEMORY;
        draw_text(out, name ? "name" : "detail", at, node->lines[i]);
        at.y += GRAPH_LINE;
    }
}

/* The PD whose VM a node is. */
static size_t vm_owner(const struct graph *graph, size_t node)
{
    size_t pd = 0;
    while (graph->vm_nodes[pd] != node) {
        pd++;
    }
    return pd;
}

static void draw_node(const struct graph *graph, size_t index, FILE *out)
{
    static const struct {
        const char *prefix, *class;
    } kinds[] = {
        [NODE_PD] = {"pd", "pd"},           [NODE_VM] = {"vm", "vm"},
        [NODE_MEMORY] = {"node", "memory"}, [NODE_DEVICE] = {"node", "device"},
        [NODE_IRQ] = {"node", "irqs"},      [NODE_GIVEN] = {"node", "given"},
        [NODE_NEEDED] = {"node", "needed"}, [NODE_PAGE] = {"node", "page"},
        [NODE_KEPT] = {"node", "kept"},     [NODE_NOBODY] = {"node", "nobody"},
    };
    const struct node *node = &graph->nodes[index];
    bool runs = node->kind == NODE_PD || node->kind == NODE_VM;
    size_t number = node->kind == NODE_VM ? vm_owner(graph, index) : index;
    char *class = runs ? graph_text("%s domain%u", kinds[node->kind].class, node->colour)
                       : graph_text("%s", kinds[node->kind].class);
    open_group(out, kinds[node->kind].prefix, number, class, node->title);
    draw_node_box(node, out);
    fputs("</g>\n", out);
    free(class);
}

static void draw_frame(const struct graph *graph, size_t index, FILE *out)
{
    open_group(out, "frame", index, "frame", NULL);
    const struct frame *frame = &graph->frames[index];
    draw_box(out, &frame->box, 6);
    draw_text(out, "small", (struct point){frame->box.corner.x + 8, frame->box.corner.y + 13},
              frame->label);
    fputs("</g>\n", out);
}

/* ---- Lines ---- */

static void draw_path(const struct edge *edge, FILE *out)
{
    fprintf(out, "<path d=\"M%.1f,%.1f", edge->path[0].x, edge->path[0].y);
    for (size_t i = 1; i + 2 < edge->point_count; i += 3) {
        fprintf(out, " C%.1f,%.1f %.1f,%.1f %.1f,%.1f", edge->path[i].x, edge->path[i].y,
                edge->path[i + 1].x, edge->path[i + 1].y, edge->path[i + 2].x, edge->path[i + 2].y);
    }
    fputs("\"/>\n", out);
}

/* The point of the path after the one at end `end` that lies elsewhere. */
static struct point path_inside(const struct edge *edge, size_t end)
{
    size_t last = edge->point_count - 1;
    struct point tip = edge->path[end == 0 ? 0 : last];
    for (size_t i = 1; i < last; i++) {
        struct point other = edge->path[end == 0 ? i : last - i];
        if (fabs(other.x - tip.x) + fabs(other.y - tip.y) > 1) {
            return other;
        }
    }
    return edge->path[end == 0 ? last : 0];
}

/* Writes what stands at an end of a line, beside the arrow. */
static void draw_end(const struct edge *edge, size_t end, FILE *out)
{
    struct point tip = edge->path[end == 0 ? 0 : edge->point_count - 1];
    struct point inside = path_inside(edge, end);
    double dx = inside.x - tip.x;
    double dy = inside.y - tip.y;
    double distance = sqrt(dx * dx + dy * dy);
    if (edge->ends[end] != NULL && distance > 0) {
        dx /= distance;
        dy /= distance;
        struct point at = {tip.x + dx * 14 + fabs(dy) * 7, tip.y + dy * 14 - fabs(dx) * 4 + 2};
        draw_text_middle(out, "small", at, edge->ends[end]);
    }
}

static void draw_label(const struct edge *edge, FILE *out)
{
    double width = (double)graph_columns(edge->label) * GRAPH_COLUMN + 2;
    struct box box = {{edge->label_point.x - width / 2, edge->label_point.y - 6}, width, 12};
    fputs("<g class=\"label\">\n", out);
    draw_box(out, &box, 0);
    draw_text_middle(out, "detail", (struct point){edge->label_point.x, edge->label_point.y + 4},
                     edge->label);
    fputs("</g>\n", out);
}

static void draw_edge(const struct edge *edge, const char *prefix, size_t number, FILE *out)
{
    static const char *const classes[] = {
        [EDGE_CHANNEL] = "channel",       [EDGE_MAP] = "map",   [EDGE_IRQ] = "irq",
        [EDGE_CAPABILITY] = "capability", [EDGE_NEED] = "need", [EDGE_PAGE] = "inpage"};
    bool call = ((edge->rights[0] | edge->rights[1]) & RIGHT_CALL) != 0;
    open_group(out, prefix, number, call ? "channel call" : classes[edge->kind], edge->title);
    draw_path(edge, out);
    for (size_t end = 0; end < 2; end++) {
        unsigned rights = edge->rights[1 - end];
        struct point tip = edge->path[end == 0 ? 0 : edge->point_count - 1];
        if (rights != 0) {
            draw_arrow(out, (rights & RIGHT_CALL) != 0 ? ARROW_CALL : ARROW_NOTIFY, tip,
                       path_inside(edge, end));
        }
        draw_end(edge, end, out);
    }
    if (edge->label != NULL) {
        draw_label(edge, out);
    }
    fputs("</g>\n", out);
}

/* Each kind of line is numbered in the order of the description. */
static void draw_edges(const struct graph *graph, FILE *out)
{
    static const char *const prefixes[] = {
        [EDGE_CHANNEL] = "channel",       [EDGE_MAP] = "map",   [EDGE_IRQ] = "irq",
        [EDGE_CAPABILITY] = "capability", [EDGE_NEED] = "need", [EDGE_PAGE] = "inpage"};
    size_t counts[sizeof(prefixes) / sizeof(prefixes[0])] = {0};
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        draw_edge(edge, prefixes[edge->kind], counts[edge->kind]++, out);
    }
}

/* ---- The whole ---- */

static void draw_heading(const struct graph *graph, const char *title, FILE *out)
{
    draw_text(out, "heading", (struct point){MARGIN, 18}, title);
    draw_text(out, "detail", (struct point){MARGIN, 34}, graph->summary);
}

void graph_write_svg(const struct graph *graph, const char *title, FILE *out)
{
    double width = graph->width > WIDTH ? graph->width : WIDTH;
    char *legend = NULL;
    size_t size = 0;
    FILE *legend_out = alloc_checked(open_memstream(&legend, &size));
    double bottom = draw_legend(legend_out, graph, HEADING + graph->height, width);
    fclose(legend_out);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
            "viewBox=\"0 0 %.0f %.0f\">\n",
            width + 2 * MARGIN, bottom, width + 2 * MARGIN, bottom);
    fputs("<title>", out);
    draw_escaped(out, title);
    fputs("</title>\n", out);
    write_style(graph, out);
    fprintf(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
    draw_heading(graph, title, out);
    fprintf(out, "<g transform=\"translate(%.0f,%.0f)\">\n", MARGIN, HEADING);
    for (size_t i = 0; i < graph->frame_count; i++) {
        draw_frame(graph, i, out);
    }
    draw_edges(graph, out);
    for (size_t i = 0; i < graph->node_count; i++) {
        draw_node(graph, i, out);
    }
    fprintf(out, "</g>\n%s</svg>\n", legend);
    free(legend);
}
