/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The composed driver VM that owns the Odroid C4's eMMC and nothing else, on our model of the
 * board: four pages of registers and one interrupt, and the disk works.
 */
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"

#define DISK         BUILD_DIR "/tests/composed/emmc.disk"
#define BOOT_SECONDS 300

static bool leaves(struct machine *machine)
{
    return machine_wait(machine, "the guest is off; switching the machine off", BOOT_SECONDS) !=
               NULL &&
           machine_wait_exit(machine, BOOT_SECONDS) == 0;
}

/* The kernel says what it grants: each of the lines is there, and no other device or interrupt. */
static bool has_four_pages(struct machine *machine)
{
    static const char *const granted[] = {
        "0xff634000..0xff634fff", "0xff63c000..0xff63cfff", "0xffd01000..0xffd01fff",
        "0xffe07000..0xffe07fff", "0xffc02000..0xffc03fff", /* the last is the GIC's */
    };
    size_t devices = 0;
    const char *output = machine_output(machine);
    for (const char *at = output; (at = strstr(at, " rw- device ")) != NULL; at++) {
        devices++;
    }
    for (size_t i = 0; i < sizeof(granted) / sizeof(granted[0]); i++) {
        if (strstr(output, granted[i]) == NULL) {
            return case_fail("%s is not granted", granted[i]);
        }
    }
    return devices == sizeof(granted) / sizeof(granted[0]) ||
           case_fail("%zu regions of devices are granted", devices);
}

static bool has_one_interrupt(struct machine *machine)
{
    const char *output = machine_output(machine);
    const char *interrupt = strstr(output, "drover:     interrupt");
    return (interrupt != NULL && strstr(interrupt, "interrupt 223, level, straight") != NULL &&
            strstr(interrupt + 1, "drover:     interrupt") == NULL) ||
           case_fail("not interrupt 223 alone");
}

static bool report_is_on_emmc(struct machine *machine)
{
    char report[1024];
    (void)machine;
    if (!driver_vm_disk_report(DISK, report, sizeof(report))) {
        return case_fail("no report on " DISK);
    }
    return (strstr(report, "ok   eMMC: 4 MiB written and read back") != NULL &&
            strstr(report, "driver VM ready: 1 of 1 checks passed") != NULL) ||
           case_fail("the report is: %s", report);
}

static const struct test_case cases[] = {
    {"the driver VM does its work and switches itself off", leaves},
    {"it was granted four pages of devices, and the GIC's", has_four_pages},
    {"it was granted one interrupt", has_one_interrupt},
    {"its report is on the eMMC", report_is_on_emmc},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_ODROIDC4_COMPOSED, DRIVER_VM_TEST, DISK);
    struct machine *machine =
        machine_start(BUILD_DIR "/tests/log/composed_emmc.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));
    machine_stop(machine);
    return status;
}
