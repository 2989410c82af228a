/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two composed driver VMs on one board: one has the console, the clock and the power key, the other
 * the network card and the disk, and no console. Each works, and neither sees the other's.
 */
#include <string.h>

#include "cases.h"
#include "driver_vm_cases.h"
#include "driver_vm_machine.h"

#define DISK         BUILD_DIR "/tests/composed/pair.disk"
#define BOOT_SECONDS 120

/* The other VM says on its disk how it went, and its VMM on the console that it has gone. */
static bool storage_leaves(struct machine *machine)
{
    return strstr(machine_output(machine), "storage_vmm|INFO: the guest is off") != NULL ||
           machine_wait(machine, "storage_vmm|INFO: the guest is off", BOOT_SECONDS) != NULL;
}

static bool desk_has_no_disk(struct machine *machine)
{
    const char *answer =
        driver_vm_shell(machine, "ls /sys/bus/virtio/devices | wc -l", DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (strcmp(answer, "0\r\n") == 0 || case_fail("it sees %s", answer));
}

static bool report_is_on_disk(struct machine *machine)
{
    char report[1024];

    (void)machine;
    if (!driver_vm_disk_report(DISK, report, sizeof(report))) {
        return case_fail("no report on " DISK);
    }
    return (strstr(report, "ok   NIC: ") != NULL && strstr(report, "ok   disk: ") != NULL &&
            strstr(report, "driver VM ready: 2 of 2 checks passed") != NULL) ||
           case_fail("the report on the disk is: %s", report);
}

static const struct test_case cases[] = {
    {"the VM with the console boots, and its devices work", driver_vm_becomes_ready},
    {"the VM without one switches itself off", storage_leaves},
    {"the other goes on", driver_vm_shell_answers},
    {"it has nothing of the other's", desk_has_no_disk},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"the disk has the report of its owner", report_is_on_disk},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_PAIR, DRIVER_VM_TEST, DISK);
    struct machine *machine =
        machine_start(BUILD_DIR "/tests/log/composed_pair.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
