/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_count.h.
 */
#include "io_count.h"

#include <stdio.h>
#include <string.h>

#include "drover/abi.h"

#define ANSWER_SECONDS 120
#define LINE_MAX       4096

/* Exception classes (Arm DDI 0487, D17.2.37, ESR_ELx.EC). */
#define EC_WAIT       0x01
#define EC_SVC        0x15
#define EC_HVC        0x16
#define EC_SMC        0x17
#define EC_REGISTER   0x18
#define EC_DATA_ABORT 0x24
#define ISS_IMMEDIATE 0xffff

static double icount_before;

/* A QMP command; `answer` is the line that it is answered with. Events in between are none of ours.
 */
static bool ask(struct machine *machine, const char *command, char *answer)
{
    machine_monitor(machine, command);
    do {
        if (!machine_monitor_read(machine, answer, LINE_MAX, ANSWER_SECONDS)) {
            return false;
        }
    } while (strstr(answer, "\"return\"") == NULL && strstr(answer, "\"error\"") == NULL);
    return strstr(answer, "\"error\"") == NULL;
}

static bool ask_human(struct machine *machine, const char *command, const char *argument,
                      char *answer)
{
    char line[512];
    snprintf(line, sizeof line,
             "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"%s %s\"}}\n",
             command, argument);
    return ask(machine, line, answer);
}

bool io_count_instructions(struct machine *machine, double *instructions)
{
    char answer[LINE_MAX];
    const char *at;
    return ask(machine, "{\"execute\":\"query-replay\"}\n", answer) &&
           (at = strstr(answer, "\"icount\": ")) != NULL &&
           sscanf(at + 10, "%lf", instructions) == 1;
}

bool io_count_open(struct machine *machine)
{
    char answer[LINE_MAX];
    return ask(machine, "{\"execute\":\"qmp_capabilities\"}\n", answer);
}

bool io_count_memory(struct machine *machine, unsigned long pa, double *value)
{
    char command[64], answer[LINE_MAX];
    const char *at;
    unsigned long long word;
    snprintf(command, sizeof command, "/1gx 0x%lx", pa);
    if (!ask_human(machine, "xp", command, answer) || (at = strstr(answer, ": 0x")) == NULL ||
        sscanf(at + 2, "%llx", &word) != 1) {
        return false;
    }
    *value = (double)word;
    return true;
}

bool io_count_lag(struct machine *machine, double *seconds)
{
    static const char title[] = "Host - Guest clock";
    char answer[LINE_MAX];
    const char *at;
    if (!ask_human(machine, "info", "jit", answer) || (at = strstr(answer, title)) == NULL ||
        sscanf(at + sizeof title - 1, "%lf", seconds) != 1) {
        return false;
    }
    *seconds /= 1000;
    return true;
}

bool io_count_begin(struct machine *machine, const char *log_path)
{
    char answer[LINE_MAX];
    FILE *log = fopen(log_path, "we"); /* QEMU goes on where a log ends */
    if (log == NULL || fclose(log) != 0) {
        perror(log_path);
        return false;
    }
    return ask_human(machine, "logfile", log_path, answer) &&
           ask_human(machine, "log", "int", answer) &&
           io_count_instructions(machine, &icount_before);
}

bool io_disk_pace(struct machine *machine, double bytes, double requests)
{
    char line[512], answer[LINE_MAX];
    snprintf(
        line, sizeof line,
        "{\"execute\":\"block_set_io_throttle\",\"arguments\":{\"device\":\"disk\",\"bps\":%.0f,"
        "\"bps_rd\":0,\"bps_wr\":0,\"iops\":%.0f,\"iops_rd\":0,\"iops_wr\":0}}\n",
        bytes, requests);
    return ask(machine, line, answer);
}

/* An exception taken to EL2. Of an interrupt the syndrome says nothing. */
static void exception_count(struct io_counts *counts, bool is_interrupt, int from_el,
                            unsigned class, unsigned long syndrome)
{
    unsigned long call = syndrome & ISS_IMMEDIATE;
    if (is_interrupt) {
        counts->interrupts++;
    } else if (class == EC_SVC && from_el == 0) {
        counts->wakes += call == SYS_WAIT || call == SYS_REPLY_WAIT;
    } else if (class == EC_WAIT) {
        counts->waits++;
    } else if (class == EC_HVC || class == EC_SMC || class == EC_REGISTER ||
               class == EC_DATA_ABORT) {
        counts->exits++;
    }
}

static bool log_count(const char *log_path, struct io_counts *counts)
{
    FILE *log = fopen(log_path, "re");
    char line[LINE_MAX];
    bool is_interrupt = false;
    int from_el = 0, to_el = 0;
    unsigned class;
    unsigned long syndrome;
    if (log == NULL) {
        perror(log_path);
        return false;
    }
    while (fgets(line, sizeof line, log) != NULL) {
        if (strncmp(line, "Taking exception", 16) == 0) {
            is_interrupt = strstr(line, "IRQ]") != NULL || strstr(line, "FIQ]") != NULL;
        } else if (sscanf(line, "...from EL%d to EL%d", &from_el, &to_el) == 2) {
            continue;
        } else if (to_el == 2 && sscanf(line, "...with ESR %x/%lx", &class, &syndrome) == 2) {
            exception_count(counts, is_interrupt, from_el, class, syndrome);
        }
    }
    fclose(log);
    /* A program waits anew after each thing that woke it. */
    counts->wakes -= counts->exits;
    return true;
}

bool io_count_end(struct machine *machine, const char *log_path, struct io_counts *counts)
{
    char answer[LINE_MAX];
    double after;
    *counts = (struct io_counts){0};
    if (!io_count_instructions(machine, &after) || !ask_human(machine, "log", "none", answer) ||
        !log_count(log_path, counts)) {
        return false;
    }
    counts->instructions = after - icount_before;
    return true;
}
