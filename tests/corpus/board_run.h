/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * All runs for one board.
 */
#pragma once

#include <stdbool.h>

#define CORPUS_CPU_SECONDS                                                                         \
    60 /* for all runs of a board, under sanitizers; one that loops is ended */

/* Composes for the board whose tree is at `path`: everything, two VMs, each device of a kind, and
 * with `every` each device with registers. Prints what it found. */
void board_run(const char *directory, const char *path, const char *payload, bool every);
