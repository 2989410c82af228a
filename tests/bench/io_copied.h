/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the VMM of a driver VM that serves its disk has copied for it: its own count
 * (block_server_counts), read out of the machine's memory.
 */
#pragma once

#include <stdbool.h>

#include "machine.h"

/* Bytes so far in the system of io/`name`.json. False, after saying why, if that cannot be read. */
bool io_copied(struct machine *machine, const char *name, double *bytes);
