/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What graphviz is asked: boxes of a size, frames around them, lines with labels of a size. Nodes
 * and edges are numbered; frame i is the subgraph clusteri.
 */
#include "graph.h"

#define POINTS_PER_INCH 72.0
#define FRAME_MARGIN    10 /* points between a frame and what is in it */
#define LABEL_MARGIN    4  /* points left free around a label */

static void indent(FILE *out, unsigned depth)
{
    fprintf(out, "%*s", (int)(4 * (depth + 1)), "");
}

/* Writes a label that takes the room of `text`, and says nothing. */
static void write_label(const char *text, FILE *out)
{
    fprintf(out,
            "label=<<TABLE BORDER=\"0\" CELLPADDING=\"0\" CELLSPACING=\"0\" FIXEDSIZE=\"TRUE\" "
            "WIDTH=\"%d\" HEIGHT=\"%d\"><TR><TD></TD></TR></TABLE>>",
            (int)((double)graph_columns(text) * GRAPH_COLUMN) + LABEL_MARGIN, GRAPH_LINE);
}

static void write_node(const struct graph *graph, size_t index, unsigned depth, FILE *out)
{
    const struct box *box = &graph->nodes[index].box;
    indent(out, depth);
    fprintf(out, "n%zu [width=%.3f height=%.3f]\n", index, box->width / POINTS_PER_INCH,
            box->height / POINTS_PER_INCH);
}

static void write_nodes(const struct graph *graph, size_t frame, unsigned depth, FILE *out)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        if (graph->nodes[i].frame == frame) {
            write_node(graph, i, depth, out);
        }
    }
}

/* Frames can be as deep as PDs are nested: 63. */
static void write_frames(const struct graph *graph, size_t parent, unsigned depth, FILE *out)
{
    for (size_t i = 0; i < graph->frame_count; i++) {
        if (graph->frames[i].parent == parent) {
            indent(out, depth);
            fprintf(out, "subgraph cluster%zu {\n", i);
            indent(out, depth + 1);
            fprintf(out, "margin=%d labeljust=l ", FRAME_MARGIN);
            write_label(graph->frames[i].label, out);
            fputc('\n', out);
            write_nodes(graph, i, depth + 1, out);
            write_frames(graph, i, depth + 1, out);
            indent(out, depth);
            fputs("}\n", out);
        }
    }
}

/* Devices stand in a column of their own. */
static void write_device_column(const struct graph *graph, FILE *out)
{
    fputs("    { rank=source", out);
    for (size_t i = 0; i < graph->node_count; i++) {
        if (graph->nodes[i].kind == NODE_DEVICE || graph->nodes[i].kind == NODE_IRQ) {
            fprintf(out, "; n%zu", i);
        }
    }
    fputs(" }\n", out);
}

static void write_edge(const struct graph *graph, size_t index, FILE *out)
{
    const struct edge *edge = &graph->edges[index];
    fprintf(out, "    n%zu -> n%zu [id=%zu", edge->nodes[0], edge->nodes[1], index);
    if (edge->label != NULL && graph->edge_count < GRAPH_LARGE) {
        fputc(' ', out);
        write_label(edge->label, out);
    }
    fputs("]\n", out);
}

void graph_write_dot(const struct graph *graph, FILE *out)
{
    fputs("digraph {\n"
          "    rankdir=LR\n"
          "    nodesep=0.25\n"
          "    ranksep=0.6\n",
          out);
    if (graph->edge_count >= GRAPH_LARGE) {
        fputs("    nslimit=2\n    nslimit1=2\n    mclimit=0.2\n    splines=line\n", out);
    }
    fputs("    node [shape=box fixedsize=true label=\"\"]\n"
          "    edge [dir=none]\n",
          out);
    write_nodes(graph, INDEX_NONE, 0, out);
    write_frames(graph, INDEX_NONE, 0, out);
    write_device_column(graph, out);
    for (size_t i = 0; i < graph->edge_count; i++) {
        write_edge(graph, i, out);
    }
    fputs("}\n", out);
}
