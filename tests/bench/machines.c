/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The runs of `make bench` that need a machine; see machines.h. Instructions are counted by QEMU:
 * one is a nanosecond of the machine's time.
 */
#include "machines.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "machine.h"
#include "rows.h"

#define VM_DIR           BUILD_DIR "/tests/guests/vm"
#define LOG_DIR          BUILD_DIR "/tests/log"
#define RUN_SECONDS      300
#define TICK_MS          (16.0 / 1e6) /* the counter runs at 62.5 MHz */
#define LINUX_RUNS       3
#define INIT_MS_GOAL     (880.0 / 836.0) /* of the bare board's, from DESIGN's table */
#define CONSOLE_LINE_MAX 256

#define MACHINE(board)                                                                             \
    "qemu-system-aarch64", "-machine", board, "-cpu", "cortex-a53", "-icount",                     \
        "shift=0,sleep=off", "-rtc", "clock=vm", "-display", "none", "-nic", "none", "-serial",    \
        "stdio", "-monitor", "none"
#define WITH_EL2    "virt,virtualization=on,gic-version=2"
#define WITHOUT_EL2 "virt,gic-version=2"
#define DROVER_RUN(image)                                                                          \
    {                                                                                              \
        MACHINE(WITH_EL2), "-m", "2G", "-kernel", image, NULL                                      \
    }

typedef bool row_set(const char *key, double value);

/* Hands every line `bench KEY VALUE` of a console to `set`. False if one has no row. */
static bool results_read(const char *output, row_set *set)
{
    static const char mark[] = "bench ";
    for (const char *line = strstr(output, mark); line; line = strstr(line + 1, mark)) {
        char key[64];
        double value;
        if (sscanf(line, "bench %63s %lf", key, &value) == 2 && !set(key, value)) {
            return false;
        }
    }
    return true;
}

/* Runs a machine until it is off and takes its results. It has to say `end`. */
static bool machine_measure(const char *name, char *const argv[], const char *end, row_set *set)
{
    char log_path[256];
    snprintf(log_path, sizeof log_path, LOG_DIR "/bench_%s.console", name);
    struct machine *machine = machine_start(log_path, NULL, argv);
    int status = machine_wait_exit(machine, RUN_SECONDS);
    bool is_complete = status == 0 && strstr(machine_output(machine), end) != NULL;
    if (!is_complete) {
        fprintf(stderr, "bench: %s: %s, without \"%s\"; see %s\n", name, machine_reason(machine),
                end, log_path);
    }
    bool passed = is_complete && results_read(machine_output(machine), set);
    machine_stop(machine);
    return passed;
}

/* spi_channel_to_handler is printed for those who look into the log; it has no row. */
static bool guest_set(const char *key, double value, row_set *set)
{
    return strcmp(key, "spi_channel_to_handler") == 0 || set(key, value);
}

static bool guest_set_bare(const char *key, double value)
{
    /* On the bare board there is no channel: the row would only repeat the straight one. */
    return strcmp(key, "spi_channel_total") == 0 || guest_set(key, value, row_set_bare);
}

static bool guest_set_drover(const char *key, double value)
{
    return guest_set(key, value, row_set_drover);
}

bool guest_measure(void)
{
    static char *const bare[] = {
        MACHINE(WITH_EL2), "-m", "256M", "-kernel", BUILD_DIR "/tests/guests/bench.img", NULL};
    static char *const drover[] = DROVER_RUN(VM_DIR "/bench/system.img");
    return machine_measure("guest_bare", bare, "bench end", guest_set_bare) &&
           machine_measure("guest", drover, "bench end", guest_set_drover);
}

bool pds_measure(void)
{
    static char *const drover[] = DROVER_RUN(BUILD_DIR "/tests/bench/pd/system.img");
    return machine_measure("pds", drover, "bench end", row_set_drover);
}

/* What the last Linux said: the counter at /init. */
static double init_ms;

static bool init_set(const char *key, double value)
{
    if (strcmp(key, "init_counter") != 0) {
        return false;
    }
    init_ms = value * TICK_MS;
    return true;
}

/* User and system time of all children that have ended, in seconds. */
static double children_cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Boots a Linux a few times. The least host time counts: what is more is other programs'. */
static bool linux_boot(const char *name, char *const argv[], double *cpu_seconds)
{
    for (int i = 0; i < LINUX_RUNS; i++) {
        double before = children_cpu_seconds();
        if (!machine_measure(name, argv, "bench init_counter", init_set)) {
            return false;
        }
        double spent = children_cpu_seconds() - before;
        *cpu_seconds = i == 0 || spent < *cpu_seconds ? spent : *cpu_seconds;
    }
    return true;
}

bool linux_measure(void)
{
    static char *const bare[] = {MACHINE(WITHOUT_EL2),
                                 "-m",
                                 "256M",
                                 "-kernel",
                                 PAYLOAD_DIR "/linux/Image",
                                 "-initrd",
                                 BUILD_DIR "/tests/bench/linux/initramfs.cpio",
                                 "-dtb",
                                 VM_DIR "/linux/guest.dtb",
                                 NULL};
    static char *const drover[] = DROVER_RUN(VM_DIR "/linux/system.img");
    double bare_cpu, drover_cpu;
    if (!linux_boot("linux_bare", bare, &bare_cpu)) {
        return false;
    }
    row_set_bare("init_virtual_ms", init_ms);
    row_set_goal("init_virtual_ms", init_ms * INIT_MS_GOAL);
    row_set_bare("init_cpu_ratio", 1);
    if (!linux_boot("linux", drover, &drover_cpu)) {
        return false;
    }
    row_set_drover("init_virtual_ms", init_ms);
    row_set_drover("init_cpu_ratio", drover_cpu / bare_cpu);
    return true;
}

static bool given_show(const char *where, const char *log_path, char *const argv[])
{
    printf("---- %s\n", where);
    fflush(stdout);
    struct machine *machine = machine_start(log_path, stdout, argv);
    bool ended = machine_wait_exit(machine, RUN_SECONDS) == 0;
    if (!ended) {
        fprintf(stderr, "bench: %s: %s\n", where, machine_reason(machine));
    }
    machine_stop(machine);
    return ended;
}

bool given_run(char *guest_image, char *system_image)
{
    char *const bare[] = {MACHINE(WITH_EL2), "-m", "256M", "-kernel", guest_image, NULL};
    char *const drover[] = DROVER_RUN(system_image);
    bool bare_ended = given_show("on the bare board", LOG_DIR "/bench_given_bare.console", bare);
    return given_show("in a VM of Drover's", LOG_DIR "/bench_given.console", drover) && bare_ended;
}
