/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io.h. A load is done twice, with few units and with many: the difference is what the units
 * cost, without what it costs to begin and to say how it went. Before that it is done once for what
 * only the first time costs.
 */
#include "io.h"

#include <stdio.h>
#include <string.h>

#include "io_copied.h"
#include "io_count.h"
#include "io_machine.h"
#include "io_table.h"

#define TABLE    BUILD_DIR "/bench_io.tsv"
#define LOG_PATH BUILD_DIR "/tests/log/bench_io.exceptions"
#define FEW      4   /* the shorter run is a fourth of the longer */
#define STEP     0.1 /* by so much of a run may a clock fall behind that keeps step */
#define LAG      0.1 /* seconds that it may be behind before */
#define CATCHES  10
#define CATCH    3000 /* requests by which it catches up */

/* Bytes that have been copied so far, where there is a VMM that serves. */
static bool copied_read(struct io_machine *machine, double *bytes)
{
    *bytes = 0;
    return machine->place < IO_CLIENT ||
           io_copied(machine->machine, io_place_names[machine->place], bytes);
}

struct counted {
    struct io_counts counts;
    double us, copied;
};

/* One run of `units` units, counted. */
static bool counted_run(struct io_machine *machine, const struct io_load *load, uint32_t units,
                        struct counted *run)
{
    double before;
    bool is_well = copied_read(machine, &before) && io_count_begin(machine->machine, LOG_PATH) &&
                   io_machine_do(machine, load, units, &run->us) &&
                   io_count_end(machine->machine, LOG_PATH, &run->counts) &&
                   copied_read(machine, &run->copied);
    run->copied -= is_well ? before : 0;
    return is_well;
}

static bool counted_measure(struct io_machine *machine, struct io_load *load)
{
    struct counted few, many;
    struct io_counts *cost = &load->at[machine->place].cost;
    uint32_t few_units = load->units / FEW;
    double units = load->units - few_units;
    if (!io_machine_do(machine, load, few_units, &few.us) ||
        !counted_run(machine, load, few_units, &few) ||
        !counted_run(machine, load, load->units, &many)) {
        return false;
    }
    cost->instructions = (many.counts.instructions - few.counts.instructions) / units;
    cost->exits = (many.counts.exits - few.counts.exits) / units;
    cost->interrupts = (many.counts.interrupts - few.counts.interrupts) / units;
    cost->waits = (many.counts.waits - few.counts.waits) / units;
    cost->wakes = (many.counts.wakes - few.counts.wakes) / units;
    load->at[machine->place].copied = (many.copied - few.copied) / units;
    load->at[machine->place].us = (many.us - few.us) / units;
    load->at[machine->place].is_measured = true;
    return true;
}

static bool disk_pace(struct io_machine *machine, double scale)
{
    return io_disk_pace(machine->machine, IO_PACE_BYTES * scale, IO_PACE_REQUESTS * scale);
}

/* A machine's clock loses time when the host is busy elsewhere. Until it has caught up its
 * processor goes as fast as the host can, which a load does for which no disk is waited. */
static bool lag_end(struct io_machine *machine, double *lag)
{
    static const struct io_load load = {
        .key = "catch up", .command = "io block DISK read random 4096 32 COUNT", .unit = 1};
    double us;
    bool is_well = io_count_lag(machine->machine, lag);
    for (int i = 0; i < CATCHES && is_well && *lag > LAG; i++) {
        is_well = disk_pace(machine, 0) && io_machine_do(machine, &load, CATCH, &us) &&
                  disk_pace(machine, IO_PACE_SCALE) && io_count_lag(machine->machine, lag);
    }
    return is_well;
}

/* What a machine's clock and the host's, by which disk and network go, say of a run. */
struct paced {
    double seconds; /* of the host: those of the machine's own clock, and those that it lost */
    double lost;    /* of these; less than 0: it has made up for what it lost before */
    bool is_behind; /* before it begins, by more than is tolerated */
    double instructions;
};

/* One run of `units` units, from a clock that is not behind. */
static bool paced_run(struct io_machine *machine, const struct io_load *load, uint32_t units,
                      struct paced *run)
{
    double began, ended, before, after, us;
    if (!lag_end(machine, &before) || !io_count_instructions(machine->machine, &began) ||
        !io_machine_do(machine, load, units, &us) ||
        !io_count_instructions(machine->machine, &ended) ||
        !io_count_lag(machine->machine, &after)) {
        return false;
    }
    run->is_behind = before > LAG;
    run->lost = after - before;
    run->seconds = us / 1e6 + run->lost;
    run->instructions = ended - began;
    return true;
}

static bool has_kept_step(const struct paced *run)
{
    return !run->is_behind && run->lost <= STEP * run->seconds;
}

/* The host's seconds for what the longer run did more than the shorter: 0, after saying so, if they
 * cannot be said. A client that keeps its rate though its processor was slower, by what was lost,
 * has at least that rate; what the shorter run lost is not taken off the longer then. */
static double paced_seconds(const struct io_machine *machine, const struct io_load *load,
                            const struct paced *few, const struct paced *many, bool *is_least)
{
    bool can_be_least = machine->place >= IO_CLIENT && !few->is_behind && !many->is_behind;
    *is_least = !has_kept_step(few) || !has_kept_step(many);
    if (*is_least) {
        fprintf(stderr,
                "bench: %s at the %s: the machine's clock lost %.2f s of %.2f s and %.2f s of "
                "%.2f s against this host's: %s\n",
                load->key, io_place_names[machine->place], few->lost, few->seconds, many->lost,
                many->seconds,
                can_be_least ? "its rate is at least what is said"
                             : "no rate; measure again while the host is idle");
    }
    if (*is_least && !can_be_least) {
        return 0;
    }
    return many->seconds - few->seconds + (*is_least && few->lost > 0 ? few->lost : 0);
}

/* A rate on the clock of the board whose speed it is; not `in_step`: there is none. */
static bool paced_measure(struct io_machine *machine, struct io_load *load, bool *in_step)
{
    struct paced few, many;
    uint32_t few_units = load->paced_units / FEW;
    bool is_least;
    double us;
    if (!io_machine_do(machine, load, few_units, &us) ||
        !paced_run(machine, load, few_units, &few) ||
        !paced_run(machine, load, load->paced_units, &many)) {
        return false;
    }
    double seconds = paced_seconds(machine, load, &few, &many, &is_least);
    if (seconds == 0) {
        *in_step = false;
        return true;
    }
    load->at[machine->place].is_least = is_least;
    load->at[machine->place].paced = (load->paced_units - few_units) / seconds / IO_PACE_SCALE;
    load->at[machine->place].busy = (many.instructions - few.instructions) / seconds / IO_PACE_RATE;
    return true;
}

/* All loads of a kind that a machine can do. */
static bool loads_measure(struct io_machine *machine, bool *in_step)
{
    bool is_well =
        machine->kind == IO_COUNTED || io_disk_pace(machine->machine, IO_PACE_BYTES * IO_PACE_SCALE,
                                                    IO_PACE_REQUESTS * IO_PACE_SCALE);
    for (size_t i = 0; i < io_load_count && is_well; i++) {
        struct io_load *load = &io_loads[i];
        if (machine->place == IO_NATIVE && load->is_for_vms) {
            continue;
        }
        if (machine->kind == IO_COUNTED) {
            is_well = counted_measure(machine, load);
        } else if (load->paced_units != 0) {
            is_well = paced_measure(machine, load, in_step);
        }
    }
    return is_well;
}

static bool place_measure(enum io_place place, enum io_kind kind)
{
    struct io_machine machine;
    bool in_step = true;
    bool is_well = io_machine_boot(&machine, place, kind) && loads_measure(&machine, &in_step);
    io_machine_end(&machine, is_well);
    return is_well && in_step;
}

static bool is_chosen(const char *only, const char *name)
{
    return only == NULL || strcmp(only, name) == 0;
}

bool io_measure(const char *only_place, const char *only_kind)
{
    static const char *const kind_names[] = {"counted", "paced"};
    bool is_any = false, is_well = true;
    if (!io_machines_prepare()) {
        return false;
    }
    for (enum io_kind kind = 0; kind < IO_KINDS; kind++) {
        for (enum io_place place = 0; place < IO_PLACES; place++) {
            if (is_chosen(only_kind, kind_names[kind]) &&
                is_chosen(only_place, io_place_names[place])) {
                is_any = true;
                is_well = place_measure(place, kind) && is_well;
            }
        }
    }
    if (!is_any) {
        fprintf(stderr, "bench: there is no such place or kind of figures\n");
        return false;
    }
    io_table_print(stdout);
    return io_table_write(TABLE) && is_well;
}
