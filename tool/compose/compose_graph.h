/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A composed system as a picture: the VMs as frames around the devices that they have, why they
 * have them, which pages several devices share, and who has the rest of the board.
 */
#pragma once

#include "compose.h"
#include "graph.h"

/* Fills in the picture; graph_layout() and graph_write_svg() do the rest, and the caller frees with
 * graph_free(). `compose` outlives it. */
void compose_graph_build(const struct compose *compose, struct graph *graph);

/* Draws it into the file `path`. Reports what is wrong and returns false. */
bool compose_graph_write(const struct compose *compose, const char *path);

/* ---- Between the parts ---- */

/* compose_graph_serve.c: adds who serves whom. `frames` has the frame of each VM; `console` is the
 * box of the UART that is shared, or INDEX_NONE. */
void compose_graph_add_serving(const struct compose *compose, struct graph *graph,
                               const size_t *frames, size_t console);

/* Adds the pages of a VM in which several devices have registers, and lines to those of the VM's.
 * `boxes` has the node of each device's box, or INDEX_NONE. */
void compose_graph_add_pages(const struct compose *compose, size_t vm, struct graph *graph,
                             const size_t *boxes, size_t frame);
