/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of `make bench`: one row an event, with what it costs on the bare board, on Drover, and
 * what DESIGN wants.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct row {
    const char *key;
    const char *event; /* for people, with the unit */
    double goal;       /* Drover may cost this much, 0 where the run itself sets it */
    int decimals;
    bool has_bare;
    bool has_drover;
    double bare;
    double drover;
};

/* Notes a result. False, after saying so on stderr, if no row has this key. */
bool row_set_bare(const char *key, double value);
bool row_set_drover(const char *key, double value);

/* Replaces the goal of a row that depends on the bare board in the same run. */
void row_set_goal(const char *key, double goal);

/* Prints the table for people. */
void rows_print(FILE *to);

/* Writes it as tab-separated values: key, bare, drover, goal, reached. False if that fails. */
bool rows_write(const char *path);

/* The rows that have no result of Drover's are named on stderr. Returns how many they are. */
size_t rows_missing(void);
