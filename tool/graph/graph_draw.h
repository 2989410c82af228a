/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The elements that a picture is drawn of, as SVG 1.1.
 */
#pragma once

#include "graph.h"

enum arrow {
    ARROW_NOTIFY, /* open */
    ARROW_CALL,   /* filled */
};

/* Writes text as XML content. Bytes that are not the UTF-8 of a character of XML 1.0 (2.2) are
 * replaced by U+FFFD. */
void draw_escaped(FILE *out, const char *text);

/* Writes text whose baseline starts at `at`; `class` is one of the style sheet's. */
void draw_text(FILE *out, const char *class, struct point at, const char *text);
/* The same, with its middle at `at`. */
void draw_text_middle(FILE *out, const char *class, struct point at, const char *text);

/* Writes a rectangle with rounded corners of `radius`. */
void draw_box(FILE *out, const struct box *box, double radius);

/* Writes an arrowhead whose tip is at `tip`, for a line that comes from `from`. */
void draw_arrow(FILE *out, enum arrow arrow, struct point tip, struct point from);

/* Writes the explanation of `graph` below `top`, wrapped at `width`; returns its lower edge. */
double draw_legend(FILE *out, const struct graph *graph, double top, double width);
