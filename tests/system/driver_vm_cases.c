/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cases that driver VMs on all boards share. See driver_vm_cases.h.
 */
#include "driver_vm_cases.h"

#include <stdlib.h>
#include <string.h>

#define BOOT_SECONDS 300

bool driver_vm_becomes_ready(struct machine *machine)
{
    return driver_vm_wait_ready(machine, BOOT_SECONDS) > 0 &&
           machine_wait(machine, "driver VM# ", DRIVER_VM_SHELL_SECONDS) != NULL;
}

bool driver_vm_shell_answers(struct machine *machine)
{
    const char *answer = driver_vm_shell(machine, "echo $((6 * 7))", DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (strcmp(answer, "42\r\n") == 0 || case_fail("6 * 7 is %s", answer));
}

long driver_vm_interrupts(struct machine *machine, const char *driver)
{
    char command[128];
    const char *answer;

    snprintf(command, sizeof(command), "interrupts %s", driver);
    answer = driver_vm_shell(machine, command, DRIVER_VM_SHELL_SECONDS);
    if (answer == NULL || *answer < '0' || *answer > '9') {
        return -1;
    }
    return strtol(answer, NULL, 10);
}

/* Asking takes the guest a while, which is what paces this loop. */
bool driver_vm_interrupts_grow(struct machine *machine, const char *driver, long before)
{
    double deadline = clock_seconds() + DRIVER_VM_SHELL_SECONDS;
    long now = before;

    while (before >= 0 && now == before && clock_seconds() < deadline) {
        now = driver_vm_interrupts(machine, driver);
    }
    return now > before ||
           case_fail("%s has taken %ld interrupts, and then %ld", driver, before, now);
}

bool driver_vm_interrupts_grow_with(struct machine *machine, const char *driver,
                                    const char *command)
{
    long before = driver_vm_interrupts(machine, driver);

    return driver_vm_shell(machine, command, DRIVER_VM_SHELL_SECONDS) != NULL &&
           driver_vm_interrupts_grow(machine, driver, before);
}

bool driver_vm_time_passes(struct machine *machine)
{
    double start = clock_seconds();
    double seconds;

    if (driver_vm_shell(machine, "sleep 2", DRIVER_VM_SHELL_SECONDS) == NULL) {
        return false;
    }
    seconds = clock_seconds() - start;
    return (seconds > 1.9 && seconds < 5) || case_fail("a sleep of 2 s took %.1f s", seconds);
}

bool driver_vm_linux_is_content(struct machine *machine)
{
    const char *answer = driver_vm_shell(machine,
                                         "dmesg | grep -E 'WARNING:|BUG:|Oops|[Ss]tall|hung|nobody "
                                         "cared|deferred probe pending'; true",
                                         DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (*answer == '\0' || case_fail("Linux says: %s", answer));
}

bool driver_vm_interrupt_key_reaches_shell(struct machine *machine)
{
    /* Before the program runs the shell would have the key. */
    machine_type(machine, "sh -c 'while read line; do echo \"<$line>\"; done'\npurr\n");
    if (machine_wait(machine, "<purr>", DRIVER_VM_SHELL_SECONDS) == NULL) {
        return false;
    }
    machine_type(machine, "\x03");
    return machine_wait(machine, "driver VM# ", DRIVER_VM_SHELL_SECONDS) != NULL &&
           driver_vm_shell_answers(machine);
}
