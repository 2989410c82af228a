/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machines on which loads are done: one for each place and kind of figures.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io_table.h"
#include "machine.h"

enum io_kind {
    IO_COUNTED, /* an instruction is a nanosecond, and the host is as fast as it can */
    IO_PACED,   /* instructions keep step with the host's clock, and disk and network with them */
    IO_KINDS
};

struct io_machine {
    struct machine *machine;
    enum io_place place;
    enum io_kind kind;
    char log_path[256]; /* of its console */
};

/* Starts what is at the other ends of their networks. False, after saying why, if that fails. */
bool io_machines_prepare(void);

/* Boots a machine until it takes commands and answers pings. False if it does not come to that. */
bool io_machine_boot(struct io_machine *machine, enum io_place place, enum io_kind kind);

/* Does so many units of a load. `us` is how long that took on the machine's own clock. False if it
 * fails. */
bool io_machine_do(struct io_machine *machine, const struct io_load *load, uint32_t units,
                   double *us);

/* Ends a machine that was booted, or not quite; unless all went well says why not. */
void io_machine_end(struct io_machine *machine, bool is_well);
