/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system of examples/serving, whose client VM has its console, disk, network and a source of
 * entropy on a virtual PCI bus: Debian's kernel finds and uses them there.
 */
#include <string.h>

#include "cases.h"
#include "driver_vm_machine.h"
#include "serving_machine.h"

#define DISK          BUILD_DIR "/tests/pci/served.disk"
#define BOOT_SECONDS  300
#define SHELL_SECONDS 30

static bool everybody_has_what_it_uses(struct machine *machine)
{
    machine_forbid(machine, serving_failures);
    return serving_wait_all(machine, BOOT_SECONDS) &&
           serving_switch(machine, SERVING_CLIENT, SHELL_SECONDS);
}

/* Of each PCI device the virtio device behind it; of these, the kind and the driver. */
static bool all_devices_are_on_the_bus(struct machine *machine)
{
    static const char *const devices[] = {"0x0001 virtio_net", "0x0002 virtio_blk",
                                          "0x0003 virtio_console", "0x0004 virtio_rng"};
    const char *said =
        driver_vm_shell(machine,
                        "for d in /sys/bus/pci/devices/*/virtio*; do "
                        "echo $(cat $d/device) $(basename $(readlink $d/driver)); done; "
                        "[ $(ls /sys/bus/virtio/devices | wc -l) = 4 ]",
                        SHELL_SECONDS);

    for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
        if (said == NULL || strstr(said, devices[i]) == NULL) {
            return case_fail("no %s on the bus: %s", devices[i],
                             said != NULL ? said : machine_reason(machine));
        }
    }
    return true;
}

/* Its end, which holds no file, with what can be told from what was there. */
static bool the_disk_keeps_what_is_written(struct machine *machine)
{
    return driver_vm_shell(machine,
                           "head -c 1048576 /dev/urandom >/tmp/w && "
                           "dd if=/tmp/w of=/dev/vda bs=4k seek=16000 conv=fsync && "
                           "dd if=/dev/vda bs=4k skip=16000 count=256 iflag=direct | cmp - /tmp/w",
                           SHELL_SECONDS) != NULL &&
           driver_vm_shell(machine, "dd if=/dev/vda of=/dev/null bs=1M iflag=direct",
                           SHELL_SECONDS) != NULL;
}

static bool large_packets_come_back(struct machine *machine)
{
    return driver_vm_shell(machine, "ping -c 3 -W 5 -s 1400 10.0.2.2", SHELL_SECONDS) != NULL;
}

static bool the_source_gives_what_it_has(struct machine *machine)
{
    return driver_vm_shell(machine,
                           "[ $(dd if=/dev/hwrng bs=16 count=1 2>/dev/null) = rrrrrrrrrrrrrrrr ]",
                           SHELL_SECONDS) != NULL;
}

/* After which the bus is as after power-up, and Linux sets it up anew. */
static bool the_bus_is_there_again_after_a_reboot(struct machine *machine)
{
    machine_type(machine, "reboot\n");
    return machine_wait(machine, "client VM ready: 3 of 3 checks passed", BOOT_SECONDS) != NULL &&
           all_devices_are_on_the_bus(machine) && the_source_gives_what_it_has(machine);
}

static bool the_client_turns_itself_off(struct machine *machine)
{
    return serving_client_off(machine, SHELL_SECONDS);
}

static const struct test_case cases[] = {
    {"everybody has what it uses", everybody_has_what_it_uses},
    {"the client VM finds all its devices on the bus", all_devices_are_on_the_bus},
    {"its disk keeps what is written", the_disk_keeps_what_is_written},
    {"large packets come back to it", large_packets_come_back},
    {"its source of entropy gives what it has", the_source_gives_what_it_has},
    {"all that again after a reboot", the_bus_is_there_again_after_a_reboot},
    {"the client VM turns itself off", the_client_turns_itself_off},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_PCI, DRIVER_VM_TEST, DISK);
    struct machine *machine = machine_start(BUILD_DIR "/tests/log/pci.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
