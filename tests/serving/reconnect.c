/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver VM that dies again and again while a client writes: its kernel panics, it reboots, its
 * agent is killed, another program has its VMM start it again. Each time it comes back by itself,
 * what was not answered is issued again, and the client goes on; `io load` (tests/io) in the client
 * VM accounts for every write that was acknowledged. It writes behind the file system of the client
 * VM's disk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"
#include "serving_machine.h"

#define DISK          BUILD_DIR "/tests/serving/reconnect.disk"
#define BOOT_SECONDS  300
#define SHELL_SECONDS 60
#define DEATHS        50

/* An agent that is held lets requests wait for it; it dies when there are some. */
#define HOLD "killall -STOP drover-agent; usleep 300000; "

/* Ways to die, in turn, and what is there again when the driver VM serves anew. */
static const struct death {
    const char *name;
    const char *command; /* typed to the driver VM; NULL: a line is typed to the supervisor */
    bool boots;          /* and its kernel comes up anew */
} deaths[] = {
    {"agent killed", "killall -9 drover-agent", false},
    {"panic", "echo c >/proc/sysrq-trigger", true},
    {"agent killed with requests", HOLD "killall -9 drover-agent", false},
    {"agent killed with requests", HOLD "killall -9 drover-agent", false},
    {"reboot with requests", HOLD "reboot", true},
    {"agent killed", "killall -9 drover-agent", false},
    {"started again by another program", NULL, true},
    {"panic with requests", HOLD "echo c >/proc/sysrq-trigger", true},
    {"agent killed with requests", HOLD "killall -9 drover-agent", false},
};

static const char *const failures[] = {
    "LOST", "io: ", "VM failed:", "client VM# Kernel panic", NULL,
};

static bool the_load_begins(struct machine *machine)
{
    if (!serving_wait_all(machine, BOOT_SECONDS) ||
        !serving_switch(machine, SERVING_CLIENT, SHELL_SECONDS)) {
        return false;
    }
    machine_forbid(machine, failures);
    machine_type(machine, "io load /dev/vda 48 1000000 1 &\n");
    return machine_wait(machine, " flushes, all there", SHELL_SECONDS) != NULL &&
           serving_switch(machine, SERVING_STORAGE, SHELL_SECONDS);
}

static bool die(struct machine *machine, const struct death *death)
{
    char line[128];

    snprintf(line, sizeof(line), "\n%s\n", death->command != NULL ? death->command : "");
    if (machine_wait(machine, "a round has begun", SHELL_SECONDS) == NULL) {
        return false;
    }
    if (death->command != NULL) {
        machine_type(machine, line);
    } else if (!serving_switch(machine, SERVING_SUPERVISOR, SHELL_SECONDS)) {
        return false;
    } else {
        machine_type(machine, "\r");
        if (!serving_switch(machine, SERVING_STORAGE, SHELL_SECONDS)) {
            return false;
        }
    }
    return (!death->boots ||
            machine_wait(machine, "driver VM ready: 2 of 2", BOOT_SECONDS) != NULL) &&
           machine_wait(machine, "drover-agent: serves ", SHELL_SECONDS) != NULL &&
           machine_wait(machine, " flushes, all there", SHELL_SECONDS) != NULL;
}

static bool it_dies_and_comes_back(struct machine *machine)
{
    for (unsigned i = 0; i < DEATHS; i++) {
        const struct death *death = &deaths[i % (sizeof(deaths) / sizeof(*deaths))];

        if (!die(machine, death)) {
            printf("at death %u of %u, \"%s\"\n", i + 1, DEATHS, death->name);
            return false;
        }
    }
    return true;
}

/* What the server has told of requests that were under way when its guest or agent went. */
static bool requests_were_issued_again(struct machine *machine)
{
    const char *at = machine_output(machine);
    unsigned long count, total = 0;

    while ((at = strstr(at, "because its port was closed; ")) != NULL) {
        at += strlen("because its port was closed; ");
        if (sscanf(at, "%lu requests that it left unanswered", &count) == 1) {
            total += count;
        }
    }
    printf("# %lu requests were under way\n", total);
    return total != 0 || case_fail("no request was under way at any death");
}

/* The last round that the load has told of. */
static bool the_load_lost_nothing(struct machine *machine)
{
    const char *output = machine_output(machine), *last = NULL;
    unsigned long long round, writes;

    for (const char *at = output; (at = strstr(at, "io load: round ")) != NULL; at++) {
        last = at;
    }
    if (last == NULL ||
        sscanf(last, "io load: round %llu, %llu writes acknowledged", &round, &writes) != 2) {
        return case_fail("the load has told of no round");
    }
    printf("# %llu writes in %llu rounds, each read back\n", writes, round);
    return strstr(output, "LOST") == NULL;
}

static const struct test_case cases[] = {
    {"a client VM writes, and reads back what it wrote", the_load_begins},
    {"the driver VM dies 50 times and comes back, and the client goes on", it_dies_and_comes_back},
    {"requests that were under way are issued again", requests_were_issued_again},
    {"no acknowledged write is lost or undone", the_load_lost_nothing},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_RECONNECT, DRIVER_VM_TEST, DISK);
    struct machine *machine =
        machine_start(BUILD_DIR "/tests/log/reconnect.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
