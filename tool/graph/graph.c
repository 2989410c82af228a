/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The storage of a picture.
 */
#include "graph.h"

#include <stdarg.h>
#include <stdlib.h>

#include "alloc.h"

static char *text_of(const char *format, va_list arguments)
{
    char *text;
    int length = vasprintf(&text, format, arguments);
    return alloc_checked(length < 0 ? NULL : text);
}

char *graph_text(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_of(format, arguments);
    va_end(arguments);
    return text;
}

size_t graph_add_node(struct graph *graph, enum node_kind kind, size_t frame)
{
    graph->nodes =
        alloc_grow(graph->nodes, graph->node_count, &graph->node_capacity, sizeof(*graph->nodes));
    graph->nodes[graph->node_count] = (struct node){.kind = kind, .frame = frame};
    return graph->node_count++;
}

void graph_add_line(struct graph *graph, size_t index, const char *format, ...)
{
    struct node *node = &graph->nodes[index];
    va_list arguments;
    va_start(arguments, format);
    node->lines =
        alloc_grow(node->lines, node->line_count, &node->line_capacity, sizeof(*node->lines));
    node->lines[node->line_count++] = text_of(format, arguments);
    va_end(arguments);
}

struct edge *graph_add_edge(struct graph *graph, enum edge_kind kind, size_t from, size_t to)
{
    graph->edges =
        alloc_grow(graph->edges, graph->edge_count, &graph->edge_capacity, sizeof(*graph->edges));
    struct edge *edge = &graph->edges[graph->edge_count++];
    *edge = (struct edge){.kind = kind, .nodes = {from, to}};
    return edge;
}

/* Characters of East Asian scripts take two columns; nothing before Hangul (U+1100) does. */
size_t graph_columns(const char *text)
{
    size_t columns = 0;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        columns += (byte & 0xc0) != 0x80; /* the first byte of a character (UTF-8) */
        columns += byte >= 0xe1;
    }
    return columns;
}

void graph_free(struct graph *graph)
{
    for (size_t i = 0; i < graph->node_count; i++) {
        struct node *node = &graph->nodes[i];
        for (size_t k = 0; k < node->line_count; k++) {
            free(node->lines[k]);
        }
        free(node->lines);
        free(node->title);
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        struct edge *edge = &graph->edges[i];
        free(edge->ends[0]);
        free(edge->ends[1]);
        free(edge->label);
        free(edge->title);
        free(edge->path);
    }
    for (size_t i = 0; i < graph->frame_count; i++) {
        free(graph->frames[i].label);
    }
    free(graph->summary);
    free(graph->nodes);
    free(graph->edges);
    free(graph->frames);
    free(graph->pd_frames);
    free(graph->vm_nodes);
}
