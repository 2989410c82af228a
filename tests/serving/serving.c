/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system of examples/serving: a driver VM serves its disk and its network to another VM and to
 * programs, and everybody shares one console.
 */
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"
#include "serving_machine.h"

#define DISK          BUILD_DIR "/tests/serving/serving.disk"
#define BOOT_SECONDS  300
#define SHELL_SECONDS 30

static bool everybody_has_what_it_uses(struct machine *machine)
{
    machine_forbid(machine, serving_failures);
    return serving_wait_all(machine, BOOT_SECONDS);
}

static bool input_goes_to_the_client(struct machine *machine)
{
    return serving_switch(machine, SERVING_CLIENT, SHELL_SECONDS) &&
           driver_vm_shell(machine, "grep -q ' / ext4 rw' /proc/mounts", SHELL_SECONDS) != NULL;
}

/* 64 MiB in blocks of 4096 bytes, and whole to be read. */
static bool the_disk_is_the_partition(struct machine *machine)
{
    return driver_vm_shell(
               machine,
               "[ $(cat /sys/block/vda/queue/logical_block_size) = 4096 ] && "
               "[ $(dd if=/dev/vda bs=4k skip=16383 count=2 2>/dev/null | wc -c) = 4096 ]",
               SHELL_SECONDS) != NULL &&
           driver_vm_shell(machine, "dd if=/dev/vda of=/dev/null bs=1M iflag=direct",
                           SHELL_SECONDS) != NULL;
}

static bool the_client_pings_the_program(struct machine *machine)
{
    const char *line = strstr(machine_output(machine), "ping: address ");
    char command[64];
    unsigned a, b, c, d;

    if (line == NULL || sscanf(line, "ping: address %u.%u.%u.%u", &a, &b, &c, &d) != 4) {
        return case_fail("the program has not said its address");
    }
    snprintf(command, sizeof(command), "ping -c 3 -W 5 %u.%u.%u.%u", a, b, c, d);
    return driver_vm_shell(machine, command, SHELL_SECONDS) != NULL;
}

static bool input_goes_back_to_the_driver_vm(struct machine *machine)
{
    return serving_switch(machine, SERVING_STORAGE, SHELL_SECONDS) &&
           driver_vm_shell(machine, "dmesg | grep -q nvme", SHELL_SECONDS) != NULL;
}

static bool the_client_turns_itself_off(struct machine *machine)
{
    return serving_switch(machine, SERVING_CLIENT, SHELL_SECONDS) &&
           serving_client_off(machine, SHELL_SECONDS);
}

static bool the_driver_vm_goes_on(struct machine *machine)
{
    return serving_switch(machine, SERVING_STORAGE, SHELL_SECONDS) &&
           driver_vm_shell(machine, "true", SHELL_SECONDS) != NULL;
}

static const struct test_case cases[] = {
    {"everybody has what it uses", everybody_has_what_it_uses},
    {"input goes to the client VM, whose shell answers", input_goes_to_the_client},
    {"its disk is the partition, from end to end", the_disk_is_the_partition},
    {"the client VM pings the program, through the switch", the_client_pings_the_program},
    {"input goes back to the driver VM", input_goes_back_to_the_driver_vm},
    {"the client VM turns itself off", the_client_turns_itself_off},
    {"the driver VM goes on", the_driver_vm_goes_on},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_SERVING, DRIVER_VM_TEST, DISK);
    struct machine *machine =
        machine_start(BUILD_DIR "/tests/log/serving.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
