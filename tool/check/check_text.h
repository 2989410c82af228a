/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The text of a description that may not be XML yet, made into something that is: values without
 * quotes get them, what only the C preprocessor understands becomes blanks, a missing <system> is
 * put around it. `drover build` refuses all of this; `drover check` says it and reads on.
 */
#pragma once

#include "source.h"

#define CHECK_REPAIR_MAX 64 /* more are counted, not kept */

/* Something that was not XML, and where it stood. */
struct check_repair {
    struct source source;
    unsigned column; /* 1 is the first; 0 where it is not known */
    char *text;
};

struct check_repairs {
    struct check_repair *list;
    size_t count, capacity;
    size_t total; /* with those that were not kept */
};

/* Adds a repair. */
void check_repairs_add(struct check_repairs *repairs, struct source source, unsigned column,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * Repairs `text` in place. Every tag of the result stands on the line on which it began, and is on
 * one line; its marks stay right.
 */
void check_text_repair(struct source_text *text, struct check_repairs *repairs);

void check_repairs_free(struct check_repairs *repairs);
