/*
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "serving_machine.h"

#include <stdio.h>
#include <string.h>

const struct serving_step serving_steps[] = {
    {"storage", "driver VM ready: 2 of 2 checks passed",
     "Linux drives the NVMe disk and the network card, by message interrupts"},
    {"storage", "drover-agent: serves /dev/nvme0n1", "its agent serves the disk"},
    {"storage", "are bridged", "its bridge serves the network"},
    {"blk_client", "written, flushed and read back: all as written",
     "a program writes partition 2, flushes it and reads it back"},
    {"ping", "ping: 10.0.2.2 answers", "a program has an address by DHCP and pings the gateway"},
    {"client", "ok   disk: root file system on /dev/vda",
     "another Linux has its root file system on partition 1"},
    {"client", "ok   NIC: eth0 has", "and its network from the same card: DHCP, ping"},
    {"client", "ok   download: ", "and a download whose SHA-256 is right"},
    {"client", "client VM ready: 3 of 3 checks passed", "its shell is there"},
    {NULL, NULL, NULL},
};

const char *const serving_failures[] = {
    "Kernel panic - not syncing",
    "VM failed:",
    "blk_client: FAILED",
    NULL,
};

bool serving_wait(struct machine *machine, const struct serving_step *step, double seconds)
{
    return strstr(machine_output(machine), step->text) != NULL ||
           machine_wait(machine, step->text, seconds) != NULL;
}

bool serving_wait_all(struct machine *machine, double seconds)
{
    double end = clock_seconds() + seconds;

    for (const struct serving_step *step = serving_steps; step->name != NULL; step++) {
        if (!serving_wait(machine, step, end - clock_seconds())) {
            return false;
        }
    }
    return true;
}

bool serving_switch(struct machine *machine, unsigned console, double seconds)
{
    char keys[16];

    snprintf(keys, sizeof(keys), "\x1c%u\r", console);
    machine_type(machine, keys);
    return machine_wait(machine, "input goes to", seconds) != NULL;
}

bool serving_client_off(struct machine *machine, double seconds)
{
    machine_type(machine, "\npoweroff\n");
    return machine_wait(machine, "client_vmm|INFO: the guest is off", seconds) != NULL;
}
