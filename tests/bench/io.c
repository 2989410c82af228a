/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io.h. A load is done twice, with few units and with many: the difference is what the units
 * cost, without what it costs to begin and to say how it went.
 */
#include "io.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "io_count.h"
#include "io_peer.h"
#include "io_table.h"
#include "machine.h"

#define TABLE        BUILD_DIR "/bench_io.tsv"
#define LOG_DIR      BUILD_DIR "/tests/log"
#define IO_DIR       BUILD_DIR "/tests/bench/io"
#define BOOT_SECONDS 300
#define LOAD_SECONDS 300
#define PING_SECONDS 5 /* for one that may get lost while the network comes up */
#define PING_TRIES   24
#define FEW          4 /* the shorter run is a fourth of the longer */
#define COMMAND_MAX  128
#define RUNS         3 /* of what is measured by the host's time */

/* Some ten million instructions of programs and kernel, for which no disk is waited. */
#define COMPUTE "seq 60000 | tail -n 1 && echo compute: 1 time in 1 us\n"

#define MACHINE(board)                                                                             \
    "qemu-system-aarch64", "-machine", board, "-cpu", "cortex-a53", "-icount", "shift=0", "-rtc",  \
        "clock=vm", "-display", "none", "-serial", "stdio", IO_MONITOR, "-netdev", "user,id=net",  \
        "-device", "e1000e,netdev=net,romfile=", "-device", "nvme,serial=drover1,drive=disk",      \
        "-drive", "if=none,id=disk,format=raw,snapshot=on,file=" BUILD_DIR "/guest/served.disk"
#define ON_DROVER(name)                                                                            \
    {                                                                                              \
        MACHINE("virt,virtualization=on,gic-version=2"), "-m", "2G", "-kernel",                    \
            IO_DIR "/" name "/system.img", NULL                                                    \
    }

static char *const bare[] = {MACHINE("virt,gic-version=2"),
                             "-m",
                             "256M",
                             "-kernel",
                             PAYLOAD_DIR "/linux/Image",
                             "-initrd",
                             IO_DIR "/initramfs.cpio",
                             "-append",
                             "console=ttyAMA0 rdinit=/bench",
                             NULL};
static char *const driver[] = ON_DROVER("driver");
static char *const client[] = ON_DROVER("client");
static char *const native[] = ON_DROVER("native");

static const struct place {
    const char *name;
    char *const *arguments;
    const char *disk;  /* as its programs name it */
    const char *input; /* what leads the console's input to it */
} places[] = {
    [IO_BARE] = {"bare", bare, "$disk", ""},
    [IO_DRIVER] = {"driver", driver, "$disk", ""},
    [IO_CLIENT] = {"client", client, "$disk", ""},
    [IO_NATIVE] = {"native", native, "own",
                   "\x1c"
                   "1\r"},
};

static const char *const failures[] = {"Kernel panic", "bench failed", "cannot load", NULL};

static struct io_ports ports;

/* The command of a load, with what it has to do filled in. */
static void command_make(char *command, const struct io_load *load, const char *disk, double count)
{
    const uint16_t peer_ports[] = {0, ports.sink, ports.source, ports.counter};
    char *to = command;
    const char *from = load->command;
    while (*from != '\0') {
        size_t left = (size_t)(command + COMMAND_MAX - to);
        if (strncmp(from, "DISK", 4) == 0) {
            to += snprintf(to, left, "%s", disk);
            from += 4;
        } else if (strncmp(from, "PORT", 4) == 0) {
            to += snprintf(to, left, "%u", peer_ports[load->peer]);
            from += 4;
        } else if (strncmp(from, "COUNT", 5) == 0) {
            to += snprintf(to, left, "%.0f", count);
            from += 5;
        } else {
            *to++ = *from++;
        }
    }
    snprintf(to, (size_t)(command + COMMAND_MAX - to), "\n");
}

/* The last "NUMBER THINGS in NUMBER us" of a text. */
static bool result_read(const char *output, double *amount, double *us)
{
    const char *in = NULL;
    for (const char *at = output; at != NULL && (at = strstr(at, " in ")) != NULL; at++) {
        in = at;
    }
    const char *number = in;
    for (int spaces = 0; number != NULL && number > output && spaces < 2; number--) {
        spaces += number[-1] == ' ';
    }
    return in != NULL && sscanf(in, " in %lf us", us) == 1 && sscanf(number, "%lf", amount) == 1;
}

/* Has a command done. Its output says how many of something it did in how many microseconds. */
static bool command_do(struct machine *machine, const char *command, double seconds, double *amount,
                       double *us)
{
    machine_type(machine, command);
    const char *output = machine_wait(machine, "bench status ", seconds);
    bool is_said = output != NULL && result_read(output, amount, us);
    const char *status = output == NULL ? NULL : machine_wait(machine, "\n", seconds);
    if (status != NULL && (status[0] != '0' || !is_said)) {
        machine_complain(machine, "this failed: %s", command);
    }
    return status != NULL && status[0] == '0' && is_said;
}

/* One run of `units` units. */
static bool load_run(struct machine *machine, const struct io_load *load, const struct place *place,
                     uint32_t units, struct io_counts *counts, double *us)
{
    static const char log_path[] = LOG_DIR "/bench_io.exceptions";
    char command[COMMAND_MAX];
    double count = (double)units * load->unit, amount;
    command_make(command, load, place->disk, count);
    io_peer_give((uint64_t)count);
    if (!io_count_begin(machine, log_path) ||
        !command_do(machine, command, LOAD_SECONDS, &amount, us) ||
        !io_count_end(machine, log_path, counts)) {
        return false;
    }
    if (amount < count) {
        fprintf(stderr, "bench: %s at the %s: only %.0f of %.0f arrived\n", load->key, place->name,
                amount, count);
    }
    return true;
}

static bool load_measure(struct machine *machine, struct io_load *load, enum io_place place)
{
    struct io_counts few, many, *cost = &load->at[place].cost;
    double few_us, many_us;
    uint32_t few_units = load->units / FEW;
    double units = load->units - few_units;
    if (!load_run(machine, load, &places[place], few_units, &few, &few_us) ||
        !load_run(machine, load, &places[place], load->units, &many, &many_us)) {
        return false;
    }
    cost->instructions = (many.instructions - few.instructions) / units;
    cost->exits = (many.exits - few.exits) / units;
    cost->interrupts = (many.interrupts - few.interrupts) / units;
    cost->waits = (many.waits - few.waits) / units;
    cost->wakes = (many.wakes - few.wakes) / units;
    load->at[place].us = (many_us - few_us) / units;
    load->at[place].is_measured = true;
    return true;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* How fast the machine computes: the best of a few runs, for the host may have other things to do.
 * The disk is the same at all places, so that the first says it for all. */
static bool speed_measure(struct machine *machine)
{
    for (unsigned i = 0; i < RUNS; i++) {
        double amount, us, before, after;
        if (!io_count_instructions(machine, &before)) {
            return false;
        }
        double began = seconds_now();
        if (!command_do(machine, COMPUTE, LOAD_SECONDS, &amount, &us)) {
            return false;
        }
        double seconds = seconds_now() - began;
        if (!io_count_instructions(machine, &after)) {
            return false;
        }
        double now = (after - before) / seconds;
        io_speed = now > io_speed ? now : io_speed;
    }
    return true;
}

/* Units that are done in a second of the host's time: the most of a few runs. */
static bool paced_run(struct machine *machine, const struct io_load *load,
                      const struct place *place, double *rate)
{
    char command[COMMAND_MAX];
    command_make(command, load, place->disk, load->paced_units);
    *rate = 0;
    for (unsigned i = 0; i < RUNS; i++) {
        double amount, us, began = seconds_now();
        if (!command_do(machine, command, LOAD_SECONDS, &amount, &us)) {
            return false;
        }
        double now = load->paced_units / (seconds_now() - began);
        *rate = now > *rate ? now : *rate;
    }
    return true;
}

/* The loads for which it is of interest, with a disk that is as slow against the processor as a
 * board's. Results are on the clock of that board. */
static bool paced_measure(struct machine *machine, enum io_place place)
{
    double scale = io_speed / IO_PACE_INSTRUCTIONS;
    bool is_well = io_disk_pace(machine, IO_PACE_BYTES * scale, IO_PACE_REQUESTS * scale);
    for (size_t i = 0; i < io_load_count && is_well; i++) {
        struct io_load *load = &io_loads[i];
        double rate = 0;
        if (load->paced_units != 0) {
            is_well = paced_run(machine, load, &places[place], &rate);
            load->at[place].paced = rate / scale;
        }
    }
    return is_well && io_disk_pace(machine, 0, 0);
}

/* Whoever answers no ping has no network yet. */
static bool network_wait(struct machine *machine)
{
    double amount, us;
    for (int i = 0; i < PING_TRIES; i++) {
        if (command_do(machine, "io ping 10.0.2.2 1\n", PING_SECONDS, &amount, &us)) {
            return true;
        }
    }
    return false;
}

static bool place_measure(enum io_place place)
{
    char log_path[256];
    snprintf(log_path, sizeof log_path, LOG_DIR "/bench_io_%s.console", places[place].name);
    struct machine *machine = machine_start(log_path, NULL, places[place].arguments);
    machine_forbid(machine, failures);
    bool is_well =
        io_count_open(machine) && machine_wait(machine, "bench ready", BOOT_SECONDS) != NULL;
    machine_type(machine, places[place].input);
    is_well = is_well && network_wait(machine);
    for (size_t i = 0; i < io_load_count && is_well; i++) {
        if (place != IO_NATIVE || !io_loads[i].is_for_vms) {
            is_well = load_measure(machine, &io_loads[i], place);
        }
    }
    if (is_well && io_speed == 0 && place != IO_NATIVE) {
        is_well = speed_measure(machine);
    }
    if (is_well && io_speed != 0) {
        is_well = paced_measure(machine, place);
    }
    if (!is_well) {
        fprintf(stderr, "bench: %s: %s; see %s\n", places[place].name, machine_reason(machine),
                log_path);
    }
    machine_stop(machine);
    return is_well;
}

bool io_measure(const char *only)
{
    if (!io_peers_start(&ports)) {
        return false;
    }
    bool is_well = true;
    for (enum io_place place = 0; place < IO_PLACES; place++) {
        if (only == NULL || strcmp(only, places[place].name) == 0) {
            is_well = place_measure(place) && is_well;
        }
    }
    io_table_print(stdout);
    return io_table_write(TABLE) && is_well;
}
