/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Several driver VMs at once: each gets so little of the host that devices and timers raise their
 * interrupts again while the guest still handles the last one. None may be lost.
 */
#include "cases.h"
#include "driver_vm_machine.h"

#define MACHINE_COUNT 8
#define BOOT_SECONDS  180

static bool all_become_ready(struct machine *machine)
{
    struct machine *machines[MACHINE_COUNT];
    unsigned ready_count = 0;

    (void)machine;
    for (unsigned i = 0; i < MACHINE_COUNT; i++) {
        char log[128], disk[128];
        snprintf(log, sizeof(log), BUILD_DIR "/tests/log/busy_host_%u.console", i);
        snprintf(disk, sizeof(disk), BUILD_DIR "/tests/busy_host_%u.disk", i);
        machines[i] = machine_start(log, NULL,
                                    driver_vm_arguments(DRIVER_VM_ON_DROVER, DRIVER_VM_TEST, disk));
    }
    for (unsigned i = 0; i < MACHINE_COUNT; i++) {
        if (driver_vm_wait_ready(machines[i], BOOT_SECONDS) != 0) {
            ready_count++;
        } else {
            case_fail("machine %u of %u: %s", i, MACHINE_COUNT, machine_reason(machines[i]));
        }
        machine_stop(machines[i]);
    }
    return ready_count == MACHINE_COUNT;
}

static const struct test_case cases[] = {
    {"eight driver VMs at once become ready", all_become_ready},
};

int main(void)
{
    return cases_run(NULL, cases, sizeof(cases) / sizeof(*cases));
}
