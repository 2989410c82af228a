/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The network class on QEMU's virt board: two clients on a switch, the virtualisers, and a driver
 * that plays a gateway. One client pings the gateway, through all of them; the other pings the
 * first, through the switch.
 */
#include "cases.h"

#define WAIT_SECONDS 60

static bool says(struct machine *machine, const char *line)
{
    return machine_wait(machine, line, WAIT_SECONDS) != NULL ||
           case_fail("\"%s\" does not come: %s", line, machine_reason(machine));
}

/* The first client is the more urgent one, and done before the second begins. */
static bool gateway_answers(struct machine *machine)
{
    return says(machine, "ping: address 10.0.2.77, gateway 10.0.2.2") &&
           says(machine, "ping: 10.0.2.2 answers, after ");
}

static bool clients_reach_each_other(struct machine *machine)
{
    return says(machine, "ping: address 10.0.2.78, gateway 10.0.2.77") &&
           says(machine, "ping: 10.0.2.78 pings, and is answered") &&
           says(machine, "ping: 10.0.2.77 answers, after ");
}

static const struct test_case cases[] = {
    {"the gateway on the wire answers a client", gateway_answers},
    {"a client answers another, through the switch", clients_reach_each_other},
};

int main(void)
{
    struct machine *machine = machine_boot_virt(BUILD_DIR "/tests/network/network.img",
                                                BUILD_DIR "/tests/log/network.console", false);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
