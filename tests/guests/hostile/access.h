/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Every way an AArch64 guest has to touch memory: one instruction each, table in accesses.S.
 */
#pragma once

#include <stdint.h>

#include "probe.h"

#define ACCESS_LOAD  0
#define ACCESS_STORE 1
#define ACCESS_HINT                                                                                \
    2                   /* prefetch and cache maintenance: may come back or abort, either is right \
                         */
#define ACCESS_ATOMIC 4 /* Armv8.1 atomics: undefined where the CPU has none */
#define ACCESS_USER   8 /* with EL0's rights: the guest's own stage 1 may refuse first */

struct access {
    const char *name;
    probe_function *run; /* its first instruction is the access; the argument is the VA */
    uint64_t kind;       /* ACCESS_* */
};

extern const struct access accesses[];
extern const struct access accesses_end[];

/* Accesses made so far, and those that were answered wrongly. */
extern uint64_t access_count;
extern uint64_t wrong_count;

/* Makes every access at `gpa`, where nothing is: each must end in a synchronous external abort. */
void accesses_to_nothing(uint64_t gpa);

/* Makes every access at `gpa`, which is only to be read: loads come back, if they are aligned, and
 * stores end in a synchronous external abort. */
void accesses_to_readable(uint64_t gpa);

/* Makes every access at `gpa`, a device that is emulated; any answer is right, so long as one
 * comes. */
void accesses_to_device(uint64_t gpa);

/* Jumps to `gpa`, where nothing is. */
void fetch_from_nothing(uint64_t gpa);

/* Loads through `va`, on the way to whose translation there is a table where nothing is. */
void walk_into_nothing(uint64_t va);

/* Runs `function` under a probe and counts it. */
bool access_probe(probe_function *function, uint64_t argument, struct probe_fault *fault);
