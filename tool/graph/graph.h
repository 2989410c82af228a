/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A system as a picture: boxes and lines between them (graph_build.c, graph_memory.c,
 * graph_device.c), which graphviz places (graph_dot.c, graph_layout.c) and graph_svg.c draws.
 * Graphviz gets numbers only: no name of a description ever reaches it, and no font of the host
 * changes the picture.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "graph_board.h"
#include "system.h"

enum node_kind {
    NODE_PD,
    NODE_VM,
    NODE_MEMORY, /* regions that the same PDs and VMs share with the same rights */
    NODE_DEVICE, /* a region that is not RAM */
    NODE_IRQ,    /* interrupts of a PD or VM whose device is not known */

    /* Of a composed system (compose_graph.c), which has none of the above. */
    NODE_GIVEN,  /* a device that a VM was given */
    NODE_NEEDED, /* one that it has because that needs it */
    NODE_PAGE,   /* pages in which several devices have registers */
    NODE_KEPT,   /* the kernel's devices */
    NODE_NOBODY, /* devices that nobody has */
};

/* Where graphviz has put something: points of 1/72 inch, from the upper left corner. */
struct point {
    double x, y;
};

struct box {
    struct point corner; /* the upper left one */
    double width, height;
};

struct node {
    enum node_kind kind;
    size_t frame;    /* index of the frame it stands in, or INDEX_NONE */
    unsigned colour; /* of a PD or VM: its scheduling domain's identifier, else 0 */
    char *title;     /* what a reader sees when pointing at it; NULL: nothing */
    char **lines;    /* the text; the first line is the name */
    size_t line_count, line_capacity;
    unsigned distance; /* lines to the nearest device: the picture goes from devices to clients */
    struct box box;
};

/* A box around a PD, its VM, its children, and what only they share. */
struct frame {
    size_t parent; /* index of the frame around it, or INDEX_NONE */
    char *label;
    struct box box;
};

enum edge_kind {
    EDGE_CHANNEL,
    EDGE_MAP,        /* a PD or VM has a region mapped: the label says with which rights */
    EDGE_IRQ,        /* from a device to who gets its interrupts */
    EDGE_CAPABILITY, /* a <cspace> holds a right to another PD */
    EDGE_NEED,       /* a device does not work without another: the label says for what */
    EDGE_PAGE,       /* a device has registers in a page that is not its alone */
};

/* What an end of a line does to the node it comes from: an arrow at the other end. */
enum edge_right {
    RIGHT_NOTIFY = 1,
    RIGHT_CALL = 2,
};

struct edge {
    enum edge_kind kind;
    size_t nodes[2];    /* the left one, the right one */
    unsigned rights[2]; /* enum edge_right: what that end may do to the other */
    char *ends[2];      /* text at the ends, or NULL */
    char *label;        /* text in the middle, or NULL */
    char *title;        /* what a reader sees when pointing at it, or NULL */
    struct point *path; /* Bezier curves: 3 n + 1 points from nodes[0] to nodes[1] */
    size_t point_count;
    struct point label_point; /* the label's middle */
};

struct graph {
    const struct system *system; /* NULL: a composed system */
    char *summary;               /* the line below the heading */
    struct node *nodes;          /* first the PDs, in the order of the description */
    size_t node_count, node_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    struct frame *frames;
    size_t frame_count, frame_capacity;
    size_t *pd_frames; /* one a PD: the frame it stands in, or INDEX_NONE */
    size_t *vm_nodes;  /* one a PD: the node of its VM, or INDEX_NONE */
    double width, height;
};

/* The picture of `system`, which must outlive it. `board` says what lies where; NULL: not known. */
void graph_build(struct graph *graph, const struct system *system, const struct graph_board *board);
void graph_free(struct graph *graph);

/* Places everything by running graphviz's `dot`. Reports what went wrong and returns false. */
bool graph_layout(struct graph *graph);

/* Writes what `dot` is asked: sizes and connections. */
void graph_write_dot(const struct graph *graph, FILE *out);

/* Writes a placed graph as SVG 1.1; `title` is its heading. Text of any bytes is made harmless. */
void graph_write_svg(const struct graph *graph, const char *title, FILE *out);

/* ---- Between the parts of graph_build() ---- */

size_t graph_add_node(struct graph *graph, enum node_kind kind, size_t frame);
void graph_add_line(struct graph *graph, size_t node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The edge is valid until the next one is added. */
struct edge *graph_add_edge(struct graph *graph, enum edge_kind kind, size_t from, size_t to);

/* Text as printf() makes it, allocated. */
char *graph_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Gives every node the size of its text. */
void graph_size_nodes(struct graph *graph);

/* graph_memory.c: regions, and who has them mapped. */
void graph_add_memory(struct graph *graph, const struct graph_board *board);

/* graph_device.c: the node of the device region `region`; and interrupts, at the device where it
 * is known: `device_nodes` has a node or INDEX_NONE for each region of the system. */
size_t graph_add_device(struct graph *graph, const struct graph_board *board, size_t region);
void graph_add_interrupts(struct graph *graph, const struct graph_board *board,
                          const size_t *device_nodes);

/* Columns that a text takes in a fixed-width font. */
size_t graph_columns(const char *text);

/* Edges from which on a picture is too large for `dot` to care about its finer points. */
#define GRAPH_LARGE 600

#define GRAPH_COLUMN  6.7 /* width of a character: 0.6 em in most fixed-width fonts, rounded up */
#define GRAPH_LINE    15  /* height of a line of text */
#define GRAPH_PADDING 8   /* between a box and its text */
