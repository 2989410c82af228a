/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See record.h.
 */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool record_read(const char *output, const char *name, struct record *record)
{
    char mark[32];
    const char *line;

    *record = (struct record){0};
    snprintf(mark, sizeof mark, "sched total %s ", name);
    line = strstr(output, mark);
    if (line == NULL || sscanf(line + strlen(mark), "%" SCNu64, &record->total) != 1) {
        return false;
    }
    snprintf(mark, sizeof mark, "sched run %s ", name);
    for (line = strstr(output, mark); line != NULL; line = strstr(line + 1, mark)) {
        uint64_t start;
        uint64_t end;
        if (sscanf(line + strlen(mark), "%" SCNu64 " %" SCNu64, &start, &end) != 2 || start > end ||
            record->run_count == RECORD_RUN_MAX) {
            return false;
        }
        record->runs[record->run_count].start = start;
        record->runs[record->run_count++].end = end;
    }
    return true;
}

/* How much of a run lies in the `window` ticks from `start`. */
static uint64_t overlap(const struct record *record, size_t run, uint64_t start, uint64_t window)
{
    uint64_t from = record->runs[run].start;
    uint64_t to = record->runs[run].end;

    from = from < start ? start : from;
    to = to > start + window ? start + window : to;
    return from < to ? to - from : 0;
}

/* A stretch with the most begins where a run begins, or ends where one ends. */
uint64_t record_most(const struct record *record, uint64_t window)
{
    uint64_t most = 0;

    for (size_t i = 0; i < 2 * record->run_count; i++) {
        uint64_t edge = i % 2 == 0 ? record->runs[i / 2].start : record->runs[i / 2].end;
        uint64_t start = i % 2 == 0 ? edge : edge > window ? edge - window : 0;
        uint64_t sum = 0;
        for (size_t run = 0; run < record->run_count; run++) {
            sum += overlap(record, run, start, window);
        }
        most = sum > most ? sum : most;
    }
    return most;
}

uint64_t record_distance(const struct record *record, size_t index)
{
    return record->runs[index + 1].start - record->runs[index].start;
}
