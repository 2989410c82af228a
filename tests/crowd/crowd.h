/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of crowd.json: who is on its console, what has become of its disk.
 */
#pragma once

#include <stdbool.h>

#include "machine.h"

/* Who shares the console, by the numbers that it has them under. */
enum crowd_member {
    CROWD_STORAGE, /* the driver VM */
    CROWD_VICTIM,  /* client VMs */
    CROWD_WITNESS,
    CROWD_A, /* programs with a part of the disk */
    CROWD_B,
    CROWD_C,
    CROWD_D,
    CROWD_EDGE,
    CROWD_DOOMED,
    CROWD_PING, /* the first of the programs that only use the network */
};

#define CROWD_CLIENT_COUNT 8 /* of the disk, and as many of the network */
#define CROWD_PING_COUNT   6 /* which with the client VMs are its clients */

extern const char *const crowd_names[CROWD_PING];

/* ---- crowd_console.c ---- */

/* Waits until `text` has been printed so many times in all, whenever and by whomever. */
bool crowd_wait_count(struct machine *machine, const char *text, unsigned count, double seconds);

/* Gives the input to a member and types a line to it. */
bool crowd_tell(struct machine *machine, enum crowd_member member, const char *line);

/* How many requests the member's load has had answered, in rounds that it has ended. */
unsigned long crowd_requests(struct machine *machine, enum crowd_member member);

/* The writes that a client VM's load has told of last, to be found on its disk. */
unsigned long crowd_acknowledged(struct machine *machine, enum crowd_member member);

/* Waits until the load of each member from `first` to `last` has begun and ended another round from
 * now on. */
bool crowd_goes_on(struct machine *machine, enum crowd_member first, enum crowd_member last,
                   double seconds);

/* ---- crowd_disk.c: what has reached the disk ---- */

/* Looks into QEMU's log of writes and flushes: between the writes of each round and its mark there
 * is a flush. */
bool crowd_flushes_are_in_order(const char *trace_path);

/* Each block of a program's partition is empty, or whole and written there by this program;
 * everything between and behind the partitions is empty; who died has had all written. The machine
 * has ended. */
bool crowd_disk_is_right(const char *disk_path);
