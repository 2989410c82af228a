/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the runs say, gathered by SoC family, and docs/boards.md, which is made of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kind.h"

#define REASON_MAX 24

struct reason {
    char text[160];
    size_t count;
};

struct family {
    char directory[32], soc[64];
    unsigned gic; /* version; 0: not told */
    size_t boards, refused_boards;
    size_t all_composed;
    struct {
        size_t composed, devices;
    } kinds[KIND_COUNT];
    struct reason reasons[REASON_MAX];
    size_t reason_count;
};

struct families {
    struct family *entries;
    size_t count, capacity;
};

/* Takes a line of a board's run; `family` is that of the run, once it has been said. */
struct family *families_take(struct families *families, struct family *family, char *line);

/* Prints a family's row of the table; `text` has room for `size` bytes. */
void family_row(const struct family *family, char *text, size_t size);

/* Prints docs/boards.md. */
void families_print(struct families *families, FILE *out);
void families_free(struct families *families);
