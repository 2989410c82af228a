/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system test of the guest programs: conformance and hostile guest, first on QEMU's bare board,
 * which shows that they ask for nothing that hardware would not give, then in a VM of Drover's.
 * With counted instructions, so that every run is the same; not on several cores, which QEMU then
 * lets take turns of a tenth of a second.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define GUEST_DIR     BUILD_DIR "/tests/guests"
#define LOG_DIR       BUILD_DIR "/tests/log"
#define GUEST_SECONDS 60

#define BOARD                                                                                      \
    "qemu-system-aarch64", "-machine", "virt,virtualization=on,gic-version=2", "-cpu",             \
        "cortex-a53", "-display", "none", "-nic", "none", "-serial", "stdio", "-monitor", "none"
#define MACHINE BOARD, "-icount", "shift=0,sleep=off", "-rtc", "clock=vm"

static char *const conformance_bare[] = {
    MACHINE, "-m", "256M", "-kernel", GUEST_DIR "/conformance.img", NULL};
static char *const conformance_in_vm[] = {
    MACHINE, "-m", "2G", "-kernel", GUEST_DIR "/vm/conformance/system.img", NULL};
static char *const conformance_smp_bare[] = {
    BOARD, "-smp", "4", "-m", "256M", "-append", "smp", "-kernel", GUEST_DIR "/conformance.img",
    NULL};
static char *const conformance_smp_in_vm[] = {
    MACHINE, "-m", "2G", "-kernel", GUEST_DIR "/vm/conformance_smp/system.img", NULL};
static char *const hostile_bare[] = {MACHINE, "-m", "256M", "-kernel", GUEST_DIR "/hostile.img",
                                     NULL};
static char *const hostile_in_vm[] = {
    MACHINE, "-m", "2G", "-kernel", GUEST_DIR "/vm/hostile/system.img", NULL};
static char *const hostile_smp_in_vm[] = {
    MACHINE, "-m", "2G", "-kernel", GUEST_DIR "/vm/hostile_smp/system.img", NULL};
static char *const two_vms[] = {MACHINE, "-m", "2G", "-kernel", GUEST_DIR "/vm/two_vms/system.img",
                                NULL};

/* Gathers the guest's own complaints, the lines of `output` that begin with FAIL, as far as they
 * fit. */
static void complaints_gather(const char *output, char *complaints, size_t size)
{
    complaints[0] = '\0';
    for (const char *line = strstr(output, "FAIL "); line; line = strstr(line + 1, "FAIL ")) {
        size_t length = strcspn(line, "\r\n");
        if (strlen(complaints) + length + sizeof "; " > size) {
            return;
        }
        strcat(complaints, "; ");
        strncat(complaints, line, length);
    }
}

/* Runs a guest until the machine is off: it has to say `verdict` and complain of nothing. */
static bool guest_passes(const char *log_path, char *const argv[], const char *verdict)
{
    struct machine *machine = machine_start(log_path, NULL, argv);
    int status = machine_wait_exit(machine, GUEST_SECONDS);
    bool is_verdict = strstr(machine_output(machine), verdict) != NULL;
    char complaints[400];

    complaints_gather(machine_output(machine), complaints, sizeof complaints);
    if (status != 0 || !is_verdict || complaints[0] != '\0') {
        case_fail("%s, %s \"%s\"%s", machine_reason(machine), is_verdict ? "with" : "without",
                  verdict, complaints);
    }
    machine_stop(machine);
    return status == 0 && is_verdict && complaints[0] == '\0';
}

static bool conformance_holds_bare(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/conformance_bare.console", conformance_bare, " passed, 0 failed");
}

static bool conformance_holds_in_vm(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/conformance.console", conformance_in_vm, " passed, 0 failed");
}

static bool conformance_smp_holds_bare(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/conformance_smp_bare.console", conformance_smp_bare,
                        " passed, 0 failed");
}

static bool conformance_smp_holds_in_vm(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/conformance_smp.console", conformance_smp_in_vm,
                        " passed, 0 failed");
}

static bool hostile_lives_bare(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/hostile_bare.console", hostile_bare, "hostile guest lives: ");
}

static bool hostile_lives_in_vm(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/hostile.console", hostile_in_vm, "hostile guest lives: ");
}

static bool hostile_smp_lives_in_vm(struct machine *machine)
{
    (void)machine;
    return guest_passes(LOG_DIR "/hostile_smp.console", hostile_smp_in_vm, "hostile guest lives: ");
}

/* The companion ends when the other guest has passed. */
static bool two_vms_do_not_mix(struct machine *machine)
{
    (void)machine;
    struct machine *both = machine_start(LOG_DIR "/two_vms.console", NULL, two_vms);
    bool in_order = machine_wait(both, " passed, 0 failed", GUEST_SECONDS) != NULL &&
                    machine_wait(both, "companion lives", GUEST_SECONDS) != NULL &&
                    machine_wait_exit(both, GUEST_SECONDS) == 0;
    char complaints[400];

    complaints_gather(machine_output(both), complaints, sizeof complaints);
    if (!in_order || complaints[0] != '\0') {
        case_fail("%s%s", machine_reason(both), complaints);
    }
    machine_stop(both);
    return in_order && complaints[0] == '\0';
}

static const struct test_case cases[] = {
    {"the conformance guest passes on the bare board", conformance_holds_bare},
    {"the conformance guest passes in a VM", conformance_holds_in_vm},
    {"the conformance guest passes on a bare board with four cores", conformance_smp_holds_bare},
    {"the conformance guest passes in a VM with four vCPUs", conformance_smp_holds_in_vm},
    {"the hostile guest lives on the bare board", hostile_lives_bare},
    {"the hostile guest lives in a VM", hostile_lives_in_vm},
    {"the hostile guest lives in a VM with four vCPUs", hostile_smp_lives_in_vm},
    {"two VMs on one core have nothing of each other", two_vms_do_not_mix},
};

int main(void)
{
    return cases_run(NULL, cases, sizeof cases / sizeof *cases);
}
