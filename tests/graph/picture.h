/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A picture as a test looks at it: drawn from a description, and parsed again.
 */
#pragma once

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "graph.h"

struct picture {
    struct system *system;
    struct graph graph;
    char *text; /* the SVG */
    size_t size;
    xmlDoc *document;
};

/* Draws the description `path` with heading `title`, for `board` or NULL; fails the test if that is
 * not possible or the result is not well-formed. */
void picture_draw(struct picture *picture, const char *path, const char *title,
                  const struct graph_board *board);
/* The same for a graph that has been laid out, which becomes the picture's. */
void picture_take(struct picture *picture, const struct graph *graph, const char *title);

void picture_free(struct picture *picture);

/* How many groups have `class` among their classes. */
size_t picture_count(const struct picture *picture, const char *class);

/* How many texts are `text`: in all, and in groups of `class`. */
size_t picture_texts(const struct picture *picture, const char *text);
size_t picture_texts_in(const struct picture *picture, const char *class, const char *text);

/* How many texts are about the memory region `name`: its name alone in a device's box, else before
 * its size or the file that gives it. */
size_t picture_regions(const struct picture *picture, const char *name);

/* Whether every identifier is there once. */
bool picture_ids_are_unique(const struct picture *picture);

/* How often interrupt `intid` stands in the texts "irq A ..." and "irq A..B ...". */
size_t picture_interrupts(const struct picture *picture, unsigned intid);
