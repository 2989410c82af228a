/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Linux on four vCPUs that share one core, and on eight: every CPU works, interrupts go where Linux
 * sends them, and CPUs leave and come back under load. With the argument `bare` the same
 * cases run on a machine with four cores and no Drover: what they expect is what Linux does there.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"

#define BOOT_SECONDS   180
#define SHELL_SECONDS  60
#define CPU_COUNT      4
#define HOTPLUG_ROUNDS 3

static bool becomes_ready(struct machine *machine)
{
    return driver_vm_wait_ready(machine, BOOT_SECONDS) > 0 &&
           machine_wait(machine, "driver VM# ", SHELL_SECONDS) != NULL;
}

/* The number that `command` prints; -1 if it prints none. */
static long number(struct machine *machine, const char *command)
{
    const char *answer = driver_vm_shell(machine, command, SHELL_SECONDS);

    return answer != NULL && *answer >= '0' && *answer <= '9' ? strtol(answer, NULL, 10) : -1;
}

static bool expect_number(struct machine *machine, const char *command, long expected)
{
    long found = number(machine, command);

    return found == expected || case_fail("%s: %ld, not %ld", command, found, expected);
}

static bool shell_does(struct machine *machine, const char *command)
{
    return driver_vm_shell(machine, command, SHELL_SECONDS) != NULL;
}

static bool has_four_cpus(struct machine *machine)
{
    return expect_number(machine, "nproc", CPU_COUNT);
}

/* True if `name` has interrupted each of `count` CPUs. */
static bool interrupts_on_all(struct machine *machine, const char *name, unsigned count)
{
    char command[64];

    for (unsigned cpu = 0; cpu < count; cpu++) {
        snprintf(command, sizeof command, "interrupts %s %u", name, cpu);
        long taken = number(machine, command);
        if (taken <= 0) {
            return case_fail("%s: %ld", command, taken);
        }
    }
    return true;
}

static bool timers_and_ipis_come(struct machine *machine, unsigned count)
{
    return interrupts_on_all(machine, "arch_timer", count) &&
           interrupts_on_all(machine, "IPI0", count) && interrupts_on_all(machine, "IPI1", count);
}

static bool four_take_timers_and_ipis(struct machine *machine)
{
    return timers_and_ipis_come(machine, CPU_COUNT);
}

/* How many interrupts of $irq, a shell's variable, the CPU has taken. */
static long taken_on(struct machine *machine, const char *name, unsigned cpu)
{
    char command[128];

    snprintf(command, sizeof command, "interrupts \"%s\" %u", name, cpu);
    return number(machine, command);
}

/* Sends the interrupts of `driver` to each CPU in turn: what `work` causes arrives there and
 * nowhere else. */
static bool interrupts_follow(struct machine *machine, const char *driver, const char *work)
{
    char command[160];

    for (unsigned i = 1; i <= CPU_COUNT; i++) {
        unsigned cpu = i % CPU_COUNT, old = i - 1;
        snprintf(command, sizeof command, "echo %x >/proc/irq/$(irq_of \"%s\")/smp_affinity; %s",
                 1u << cpu, driver, work);
        if (!shell_does(machine, command)) {
            return false;
        }
        long here = taken_on(machine, driver, cpu), there = taken_on(machine, driver, old);
        if (!shell_does(machine, work) || here < 0 || there < 0) {
            return case_fail("%s has no count of interrupts", driver);
        }
        if (taken_on(machine, driver, cpu) <= here || taken_on(machine, driver, old) != there) {
            return case_fail("interrupts of %s, sent to CPU %u, do not come there", driver, cpu);
        }
    }
    return true;
}

/* The shell's own helpers: the number of a driver's interrupt, and a full read of the disk. */
static bool helpers_are_defined(struct machine *machine)
{
    return shell_does(machine, "irq_of() { sed -n \"s/^ *\\([0-9]*\\):.*[[:space:]]$1\\$/\\1/p\" "
                               "/proc/interrupts; }") &&
           shell_does(machine, "disk() { basename $(readlink /sys/block/vda/device); }") &&
           shell_does(machine, "read_disk() { echo 3 >/proc/sys/vm/drop_caches; "
                               "sha256sum /disk/data >/tmp/sum; }") &&
           shell_does(machine, "disk_driver=$(disk)");
}

static bool straight_interrupts_follow(struct machine *machine)
{
    return interrupts_follow(machine, "$disk_driver", "read_disk");
}

static bool channel_interrupts_follow(struct machine *machine)
{
    return interrupts_follow(machine, "uart-pl011", "true"); /* what is typed interrupts */
}

static bool load_starts(struct machine *machine)
{
    return shell_does(machine, "cp /disk/data /tmp/data; read_disk; mv /tmp/sum /tmp/right") &&
           shell_does(machine,
                      "for i in 1 2 3 4; do while :; do :; done & loops=\"$loops $!\"; done") &&
           shell_does(machine,
                      "while read_disk && cmp /tmp/sum /tmp/right; do :; done & disk_loop=$!") &&
           shell_does(machine, "ping -i 0.2 10.0.2.2 >/tmp/ping & ping_loop=$!");
}

static bool switch_cpu(struct machine *machine, unsigned cpu, bool on)
{
    char command[80];

    snprintf(command, sizeof command, "echo %d >/sys/devices/system/cpu/cpu%u/online", on, cpu);
    return shell_does(machine, command) &&
           expect_number(machine, "nproc", on ? CPU_COUNT : CPU_COUNT - 1);
}

/* CPU 0 as well, which leaves with its interrupts. */
static bool cpus_leave_and_come_back(struct machine *machine)
{
    for (unsigned round = 0; round < HOTPLUG_ROUNDS; round++) {
        for (unsigned cpu = 0; cpu < CPU_COUNT; cpu++) {
            if (!switch_cpu(machine, cpu, false) || !switch_cpu(machine, cpu, true)) {
                return false;
            }
        }
    }
    return timers_and_ipis_come(machine, CPU_COUNT);
}

static bool one_cpu_remains(struct machine *machine)
{
    for (unsigned cpu = 0; cpu + 1 < CPU_COUNT; cpu++) {
        char command[80];
        snprintf(command, sizeof command, "echo 0 >/sys/devices/system/cpu/cpu%u/online", cpu);
        if (!shell_does(machine, command)) {
            return false;
        }
    }
    return expect_number(machine, "nproc", 1) &&
           shell_does(
               machine,
               "for cpu in 0 1 2; do echo 1 >/sys/devices/system/cpu/cpu$cpu/online; done") &&
           expect_number(machine, "nproc", CPU_COUNT);
}

static bool load_has_survived(struct machine *machine)
{
    return shell_does(machine, "kill -0 $disk_loop") &&
           shell_does(machine, "kill $disk_loop $loops") &&
           shell_does(machine,
                      "kill -INT $ping_loop; wait $ping_loop; grep ' 0% packet loss' /tmp/ping");
}

/* Four busy loops over the same seconds, and each gets its share: none is served twice as well as
 * another. They start no programs, and count only while all four are there. */
static bool cpus_share_the_core(struct machine *machine)
{
    return shell_does(
               machine,
               "for cpu in 0 1 2 3; do (trap 'n=0' USR1; trap 'echo $n >/tmp/n$cpu; exit' "
               "TERM; : >/tmp/ready$cpu; while :; do n=$((n + 1)); done) & pids=\"$pids $!\"; "
               "taskset -p $((1 << cpu)) $! >/tmp/taskset; done; "
               "until [ -f /tmp/ready0 ] && [ -f /tmp/ready1 ] && [ -f /tmp/ready2 ] && "
               "[ -f /tmp/ready3 ]; do sleep 0.1; done; "
               "kill -USR1 $pids; sleep 6; kill $pids; wait $pids; true") &&
           shell_does(machine, "sort -n /tmp/n? | awk 'NR == 1 {least = $1} {most = $1} "
                               "END {print NR, least, most; exit !(NR == 4 && most < 2 * least)}'");
}

static bool linux_is_content(struct machine *machine)
{
    const char *answer = driver_vm_shell(
        machine, "dmesg | grep -E 'WARNING:|BUG:|Oops|[Ss]tall|hung|nobody cared|lockup'; true",
        SHELL_SECONDS);

    return answer != NULL && (*answer == '\0' || case_fail("Linux says: %s", answer));
}

static bool powers_off(struct machine *machine)
{
    machine_type(machine, "poweroff\n");
    return machine_wait_exit(machine, SHELL_SECONDS) == 0;
}

static bool eight_boot(struct machine *machine)
{
    (void)machine;
    char **arguments =
        driver_vm_arguments(DRIVER_VM_8_CPUS, DRIVER_VM_TEST, BUILD_DIR "/tests/smp_guest/8.disk");
    struct machine *eight =
        machine_start(BUILD_DIR "/tests/log/smp_guest_8.console", NULL, arguments);
    bool is_well = becomes_ready(eight) && expect_number(eight, "nproc", 8) &&
                   timers_and_ipis_come(eight, 8) && linux_is_content(eight) && powers_off(eight);

    if (!is_well && *machine_reason(eight) != '\0') {
        case_fail("%s", machine_reason(eight));
    }
    machine_stop(eight);
    return is_well;
}

static const struct test_case cases[] = {
    {"Linux boots on four CPUs and all its devices work", becomes_ready},
    {"nproc says 4", has_four_cpus},
    {"every CPU takes its timer's interrupts and IPIs", four_take_timers_and_ipis},
    {"the shell learns what the next cases use", helpers_are_defined},
    {"straight interrupts go where smp_affinity says", straight_interrupts_follow},
    {"interrupts by channel go where smp_affinity says", channel_interrupts_follow},
    {"the CPUs share the core", cpus_share_the_core},
    {"all CPUs are loaded, disk and network work", load_starts},
    {"each CPU leaves and comes back, under load", cpus_leave_and_come_back},
    {"all but one leave and come back", one_cpu_remains},
    {"the load has gone on all the while", load_has_survived},
    {"Linux has nothing to complain of", linux_is_content},
    {"poweroff turns the machine off", powers_off},
    {"Linux boots on eight CPUs", eight_boot},
};

#define CASE_COUNT (sizeof cases / sizeof *cases)

int main(int argc, char **argv)
{
    bool is_bare = argc > 1 && strcmp(argv[1], "bare") == 0;
    const char *log = is_bare ? BUILD_DIR "/tests/log/smp_guest_bare.console"
                              : BUILD_DIR "/tests/log/smp_guest.console";
    char **arguments = driver_vm_arguments(is_bare ? DRIVER_VM_4_CPUS_BARE : DRIVER_VM_4_CPUS,
                                           DRIVER_VM_TEST, BUILD_DIR "/tests/smp_guest/4.disk");
    struct machine *machine = machine_start(log, NULL, arguments);
    int status = cases_run(machine, cases, is_bare ? CASE_COUNT - 1 : CASE_COUNT);

    machine_stop(machine);
    return status;
}
