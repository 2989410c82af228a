/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What QEMU counts while a machine works: instructions (-icount), and by its log of exceptions
 * (-d int) how often guests leave for their VMM and how often programs run. Neither changes what is
 * counted. The machine's monitor speaks QMP (IO_MONITOR).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

/* QEMU's arguments for the monitor. */
#define IO_MONITOR "-chardev", "socket,id=monitor,fd=3", "-mon", "chardev=monitor,mode=control"

struct io_counts {
    double instructions;
    double exits;      /* of guests to their VMMs: accesses, hypervisor and firmware calls */
    double interrupts; /* physical ones, taken by the hypervisor's level */
    double waits;      /* of guests, until there is an interrupt */
    double wakes;      /* of programs by notifications or interrupts, not by exits */
};

/* Opens the monitor; once, before the rest. False: the machine does not answer. */
bool io_count_open(struct machine *machine);

/* Instructions so far. */
bool io_count_instructions(struct machine *machine, double *instructions);

/* A word of 64 bits at a physical address. */
bool io_count_memory(struct machine *machine, unsigned long pa, double *value);

/* By how many seconds the machine's clock is behind the host's; only for one that keeps step. */
bool io_count_lag(struct machine *machine, double *seconds);

/* Lets drive `disk` do no more than that in a second of the host's time; 0: as much as it can. */
bool io_disk_pace(struct machine *machine, double bytes, double requests);

/* Counting goes on between the two. `log_path` is a file that is written anew. */
bool io_count_begin(struct machine *machine, const char *log_path);
bool io_count_end(struct machine *machine, const char *log_path, struct io_counts *counts);
