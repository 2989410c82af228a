/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What disk and network cost, side by side: a Linux on the bare board, a driver VM with them for
 * itself, a client VM and a native client that a driver VM serves. Prints the tables and writes
 * them to build/bench_io.tsv. `only_place` is the place that is measured: bare, driver, client or
 * native; `only_kind` the kind of figures: counted (instructions) or paced (rates on a disk and a
 * wire of a board's speed); NULL: all. False, after saying why, if the measuring did not work.
 */
#pragma once

#include <stdbool.h>

bool io_measure(const char *only_place, const char *only_kind);
