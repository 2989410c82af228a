/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A driver VM whose disk has eight clients, and its network eight, all at once: two VMs, and
 * programs. One asks for what is wrong and fills its ring, one dies with its ring full, a VM ends
 * with requests under way, and the others go on. What they have written is looked at on the disk as
 * well, and in which order it came there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "crowd.h"
#include "driver_vm_machine.h"

#define DISK            BUILD_DIR "/tests/crowd/crowd.disk"
#define BOOT_SECONDS    300
#define JOB_SECONDS     120 /* of a program; rounds of a load */
#define PINGS           10
#define WINDOW_REQUESTS 2000
#define UNFAIR          4 /* times what another gets */
#define READS_AT_ONCE   16

static const char *const failures[] = {
    "LOST",
    "io: ",
    "crowd: FAILED",
    "VM failed:",
    "guest \"storage\": restart",
    "guest \"witness\": restart",
    NULL,
};

/* ---- What all have from the beginning ---- */

static bool everybody_has_what_it_uses(struct machine *machine)
{
    machine_forbid(machine, failures);
    return crowd_wait_count(machine, "driver VM ready: 2 of 2", 1, BOOT_SECONDS) &&
           crowd_wait_count(machine, "crowd: ready, 2048 blocks", 6, BOOT_SECONDS) &&
           crowd_wait_count(machine, "ping: 10.0.2.2 answers", CROWD_PING_COUNT, BOOT_SECONDS) &&
           crowd_wait_count(machine, "client VM ready: 2 of 2", 2, BOOT_SECONDS);
}

/* Nobody else flushes now: a flush that is on the disk is this program's. */
static bool flushes_and_barriers_hold(struct machine *machine)
{
    if (!crowd_tell(machine, CROWD_EDGE, "order") ||
        machine_wait(machine, "crowd: the order holds", JOB_SECONDS) == NULL) {
        return false;
    }
    machine_monitor(machine, "trace-event pci_nvme_* off\n");
    return crowd_flushes_are_in_order(CROWD_TRACE);
}

/* ---- The load of all ---- */

static bool eight_load_the_disk(struct machine *machine)
{
    for (enum crowd_member member = CROWD_A; member <= CROWD_DOOMED; member++) {
        if (!crowd_tell(machine, member, "load")) {
            return false;
        }
    }
    return crowd_tell(machine, CROWD_VICTIM, "io load /dev/vda 48 1000000 1 &") &&
           crowd_tell(machine, CROWD_WITNESS, "io load /dev/vda 48 1000000 2 &") &&
           crowd_goes_on(machine, CROWD_VICTIM, CROWD_DOOMED, JOB_SECONDS);
}

/* The share of each program while a VM does so many requests, as many at once as each of them. */
static bool none_starves(struct machine *machine)
{
    unsigned long before[CROWD_PING], least = WINDOW_REQUESTS, most = WINDOW_REQUESTS;
    char command[96];

    for (enum crowd_member member = CROWD_A; member <= CROWD_DOOMED; member++) {
        before[member] = crowd_requests(machine, member);
    }
    snprintf(command, sizeof(command), "io block /dev/vda read random 4096 8 %u", WINDOW_REQUESTS);
    if (!crowd_tell(machine, CROWD_WITNESS, command) ||
        machine_wait(machine, "io block: ", JOB_SECONDS) == NULL) {
        return false;
    }
    for (enum crowd_member member = CROWD_A; member <= CROWD_DOOMED; member++) {
        unsigned long count = crowd_requests(machine, member) - before[member];

        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    printf("# requests while a VM had %u: between %lu and %lu\n", WINDOW_REQUESTS, least, most);
    return least * UNFAIR >= most ||
           case_fail("a client had %lu requests while another had %lu", least, most);
}

/* The addresses that all on the network but `except` have, in `list` of `size` bytes. */
static unsigned addresses_collect(struct machine *machine, char *list, size_t size)
{
    static const char *const marks[] = {"ping: address ", "NIC: eth0 has "};
    unsigned count = 0;

    list[0] = '\0';
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        const char *at = machine_output(machine);

        while ((at = strstr(at, marks[i])) != NULL) {
            char address[16];

            at += strlen(marks[i]);
            if (sscanf(at, "%15[0-9.]", address) == 1) {
                size_t length = strlen(list);

                snprintf(list + length, size - length, "%s ", address);
                count++;
            }
        }
    }
    return count;
}

/* Itself included, which costs nothing and proves nothing. A network may lose a packet, or two. */
static bool eight_are_on_the_network(struct machine *machine)
{
    char list[CROWD_CLIENT_COUNT * 16 + 1], command[512];
    unsigned count = addresses_collect(machine, list, sizeof(list));

    if (count != CROWD_CLIENT_COUNT) {
        return case_fail("%u addresses have been given: %s", count, list);
    }
    snprintf(command, sizeof(command),
             "(for a in %s; do ping -q -c %u -i 0.1 -W 5 $a >/tmp/$a & done; wait); "
             "grep received /tmp/10.*; "
             "[ $(grep -lE ' (8|9|10) packets received' /tmp/10.* | wc -l) = %u ]",
             list, PINGS, CROWD_CLIENT_COUNT);
    return driver_vm_shell(machine, command, JOB_SECONDS) != NULL;
}

/* ---- One of them misbehaves ---- */

static bool is_told_to_stop(struct machine *machine, enum crowd_member member)
{
    return crowd_tell(machine, member, "stop") &&
           machine_wait(machine, "crowd: the load has ended", JOB_SECONDS) != NULL;
}

static bool limits_hold(struct machine *machine)
{
    return is_told_to_stop(machine, CROWD_EDGE) && crowd_tell(machine, CROWD_EDGE, "limits") &&
           machine_wait(machine, "crowd: the limits hold", JOB_SECONDS) != NULL &&
           crowd_goes_on(machine, CROWD_A, CROWD_D, JOB_SECONDS);
}

static bool a_program_dies_with_a_full_ring(struct machine *machine)
{
    unsigned long count;
    const char *line;

    if (!is_told_to_stop(machine, CROWD_DOOMED) || !crowd_tell(machine, CROWD_DOOMED, "die") ||
        machine_wait(machine, "crowd: it dies with ", JOB_SECONDS) == NULL ||
        (line = machine_wait(machine, " requests under way", JOB_SECONDS)) == NULL) {
        return false;
    }
    if (sscanf(line, "%lu", &count) != 1 || count != 128) {
        return case_fail("it died with %s of 128 requests under way", line);
    }
    return crowd_goes_on(machine, CROWD_A, CROWD_D, JOB_SECONDS);
}

static bool the_agent_is_killed(struct machine *machine)
{
    return crowd_tell(machine, CROWD_STORAGE, "killall -9 drover-agent") &&
           machine_wait(machine, "drover-agent: serves ", JOB_SECONDS) != NULL &&
           crowd_goes_on(machine, CROWD_VICTIM, CROWD_D, JOB_SECONDS);
}

/* ---- A VM ends with requests under way ---- */

static bool three_are_done(struct machine *machine)
{
    for (enum crowd_member member = CROWD_B; member <= CROWD_D; member++) {
        if (!is_told_to_stop(machine, member)) {
            return false;
        }
    }
    return true;
}

/* Writes and reads of the victim from here on. A shell that is to act while nothing can be read
 * from the disk has to have done so before. */
static bool victim_reads_as_well(struct machine *machine)
{
    char command[160];

    snprintf(command, sizeof(command),
             "io block /dev/vda read random 4096 %u 100000000 & "
             "read r w </sys/block/vda/inflight; echo \"wa\"rm $r $w",
             READS_AT_ONCE);
    return crowd_tell(machine, CROWD_VICTIM, command) &&
           machine_wait(machine, "warm ", JOB_SECONDS) != NULL;
}

/* It is up again and finds what it had acknowledged. */
static bool victim_is_back(struct machine *machine, unsigned long acknowledged)
{
    char command[64];

    snprintf(command, sizeof(command), "io check /dev/vda 48 1 %lu", acknowledged);
    return machine_wait(machine, "client VM ready: 2 of 2", BOOT_SECONDS) != NULL &&
           crowd_tell(machine, CROWD_VICTIM, command) &&
           machine_wait(machine, "io check: all 128 places hold what was acknowledged",
                        JOB_SECONDS) != NULL;
}

/* The agent is held as it happens, so that what is under way stays so. */
static bool victim_panics(struct machine *machine)
{
    unsigned long reads, writes;
    const char *line;

    if (!victim_reads_as_well(machine) ||
        !crowd_tell(machine, CROWD_STORAGE, "killall -STOP drover-agent; echo he''ld") ||
        machine_wait(machine, "held", JOB_SECONDS) == NULL ||
        !crowd_tell(machine, CROWD_VICTIM,
                    "read r w </sys/block/vda/inflight; echo in''flight $r $w, it panics; "
                    "echo c >/proc/sysrq-trigger") ||
        machine_wait(machine, "inflight ", JOB_SECONDS) == NULL ||
        (line = machine_wait(machine, ", it panics", JOB_SECONDS)) == NULL) {
        return false;
    }
    if (sscanf(line, "%lu %lu", &reads, &writes) != 2 || reads < READS_AT_ONCE) {
        return case_fail("requests under way as it panics: %s", line);
    }
    printf("# %lu reads and %lu writes were under way\n", reads, writes);
    return machine_wait(machine, "restart waits for what others still write to its RAM",
                        JOB_SECONDS) != NULL;
}

static bool it_starts_again_when_they_are_answered(struct machine *machine)
{
    unsigned long acknowledged = crowd_acknowledged(machine, CROWD_VICTIM);

    if (!crowd_tell(machine, CROWD_STORAGE, "")) {
        return false;
    }
    if (strstr(machine_output(machine), "guest \"victim\": restart 1 took") != NULL) {
        return case_fail("it was started while its requests were under way");
    }
    machine_type(machine, "killall -CONT drover-agent\n");
    return machine_wait(machine, "guest \"victim\": restart 1 took", JOB_SECONDS) != NULL &&
           victim_is_back(machine, acknowledged) &&
           crowd_goes_on(machine, CROWD_WITNESS, CROWD_A, JOB_SECONDS);
}

static bool another_program_has_it_started_again(struct machine *machine)
{
    if (!crowd_tell(machine, CROWD_VICTIM, "io load /dev/vda 48 1000000 1 &") ||
        machine_wait(machine, "io load: round 1, ", JOB_SECONDS) == NULL ||
        !victim_reads_as_well(machine) || !crowd_tell(machine, CROWD_EDGE, "restart") ||
        machine_wait(machine, "asked to restart the guest", JOB_SECONDS) == NULL) {
        return false;
    }
    unsigned long acknowledged = crowd_acknowledged(machine, CROWD_VICTIM);

    return machine_wait(machine, "guest \"victim\": restart 2 took", JOB_SECONDS) != NULL &&
           victim_is_back(machine, acknowledged) &&
           crowd_goes_on(machine, CROWD_WITNESS, CROWD_A, JOB_SECONDS);
}

/* ---- The end ---- */

static bool the_disk_holds_what_each_wrote(struct machine *machine)
{
    if (!is_told_to_stop(machine, CROWD_A)) {
        return false;
    }
    machine_monitor(machine, "quit\n");
    return machine_wait_exit(machine, JOB_SECONDS) == 0 && crowd_disk_is_right(DISK);
}

static const struct test_case cases[] = {
    {"eight clients of a disk, and eight of a network, have it", everybody_has_what_it_uses},
    {"flushes reach the disk behind what they flush, nothing passes a barrier",
     flushes_and_barriers_hold},
    {"eight clients write and read back, all at once", eight_load_the_disk},
    {"none of them starves", none_starves},
    {"meanwhile one reaches all eight on the network", eight_are_on_the_network},
    {"wrong requests and a full ring are refused, and the others go on", limits_hold},
    {"a program dies with 128 requests under way, and the others go on",
     a_program_dies_with_a_full_ring},
    {"the agent is killed, and all go on", the_agent_is_killed},
    {"three are done", three_are_done},
    {"a client VM panics with requests under way, and is not started before they are answered",
     victim_panics},
    {"then it is, and what it had acknowledged is there", it_starts_again_when_they_are_answered},
    {"another program has it started again under load", another_program_has_it_started_again},
    {"the disk holds what each wrote, and nothing else", the_disk_holds_what_each_wrote},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_CROWD, DRIVER_VM_TEST, DISK);
    struct machine *machine = machine_start(BUILD_DIR "/tests/log/crowd.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
