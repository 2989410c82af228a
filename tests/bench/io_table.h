/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The loads on disk and network, where they were done, and what they cost there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "io_count.h"

enum io_place { IO_BARE, IO_DRIVER, IO_CLIENT, IO_NATIVE, IO_PLACES };

/* Whose other end on the host it needs. */
enum io_peer { IO_PEER_NONE, IO_PEER_SINK, IO_PEER_SOURCE, IO_PEER_COUNTER };

struct io_load {
    const char *key;
    const char *event;   /* for people */
    const char *command; /* DISK, PORT and COUNT stand in it as they are */
    enum io_peer peer;
    uint32_t unit;        /* COUNT is so many times the number of units */
    uint32_t bytes;       /* of a unit, where that is of interest */
    uint32_t units;       /* that one cost is the mean of */
    double aim;           /* share of the driver VM's rate that a client is to have */
    bool is_for_vms;      /* the native client cannot do it */
    uint32_t paced_units; /* on a disk or a wire of a board's speed; 0: not done there */
    struct {
        bool is_measured;
        struct io_counts cost; /* per unit */
        double copied;         /* by the VMM of the driver VM that serves, bytes per unit */
        double us;             /* per unit, on the clock of who did it */
        double paced;          /* units a second of that board; 0: not measured */
        double busy;           /* share of its processor that those took */
        bool is_least;         /* its processor was slower than that board's */
    } at[IO_PLACES];
};

/*
 * A board's disk and wire, and its processor. The processor of a machine that keeps step with the
 * host's clock does an instruction in 2^SHIFT ns, for which QEMU has to be fast enough at all
 * places. A second of the host is SCALE seconds of the board, for disk and wire as well.
 */
#define IO_PACE_INSTRUCTIONS 1.2e9
#define IO_PACE_BYTES        400e6
#define IO_PACE_REQUESTS     40e3
#define IO_PACE_WIRE         125e6
#define IO_PACE_SHIFT        6
#define IO_PACE_RATE         (1e9 / (1 << IO_PACE_SHIFT)) /* instructions a second of the host */
#define IO_PACE_SCALE        (IO_PACE_RATE / IO_PACE_INSTRUCTIONS)

extern const char *const io_place_names[IO_PLACES];

extern struct io_load io_loads[];
extern const size_t io_load_count;

/* Prints the tables for people. */
void io_table_print(FILE *to);

/* Writes them as tab-separated values, a line for a load at a place. False if that fails. */
bool io_table_write(const char *path);
