/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the judge of tests/sched printed of one program: how long it ran, and when.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICKS_PER_US   62.5
#define RECORD_RUN_MAX 200

struct record {
    uint64_t total; /* counter ticks, as all times here */
    size_t run_count;
    struct {
        uint64_t start, end;
    } runs[RECORD_RUN_MAX];
};

/* Reads what `output` says of the program `name`. False if it says nothing, or nonsense. */
bool record_read(const char *output, const char *name, struct record *record);

/* The most ticks that the program ran in any stretch of `window` ticks. */
uint64_t record_most(const struct record *record, uint64_t window);

/* Ticks from the start of run `index` to that of the next. */
uint64_t record_distance(const struct record *record, size_t index);
