/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM on QEMU's ZCU102: Linux owns the SD card and the network card, with clocks of a
 * fixed rate in place of those of a firmware that QEMU does not have.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "driver_vm_cases.h"
#include "driver_vm_machine.h"

#define CARD BUILD_DIR "/tests/zcu102.card"
#define NOTE "written to the card by the driver VM"

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "xuartps", "true");
}

static bool ethernet_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "eth0", "ping -c 1 10.0.2.2");
}

static bool card_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "mmc0",
                                          "echo 3 >/proc/sys/vm/drop_caches; sha256sum /disk/data");
}

static bool memory_is_the_granted(struct machine *machine)
{
    const char *answer = driver_vm_shell(machine, "grep 'System RAM' /proc/iomem | head -n 1",
                                         DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (strncmp(answer, "30000000-", 9) == 0 || case_fail("RAM: %s", answer));
}

static bool note_is_written(struct machine *machine)
{
    return driver_vm_shell(machine, "echo '" NOTE "' >/disk/note; umount /disk",
                           DRIVER_VM_SHELL_SECONDS) != NULL;
}

/* Returns whether the card, as the host sees it, holds the note at the start of one of its blocks.
 */
static bool note_is_on_card(struct machine *machine)
{
    char block[1024]; /* the smallest of ext4 */
    FILE *card = fopen(CARD, "re");
    bool found = false;

    (void)machine;
    if (card == NULL) {
        return case_fail(CARD " cannot be read");
    }
    while (!found && fread(block, sizeof(block), 1, card) == 1) {
        found = memcmp(block, NOTE "\n", sizeof(NOTE)) == 0;
    }
    fclose(card);
    return found || case_fail("no block of " CARD " begins with \"" NOTE "\"");
}

static bool powers_off(struct machine *machine)
{
    return driver_vm_power_off(machine, DRIVER_VM_ZCU102, DRIVER_VM_SHELL_SECONDS);
}

static const struct test_case cases[] = {
    {"Linux boots; UART, SD card and Ethernet work", driver_vm_becomes_ready},
    {"the shell answers", driver_vm_shell_answers},
    {"the UART interrupts", uart_interrupts},
    {"the network card interrupts", ethernet_interrupts},
    {"the SD controller interrupts", card_interrupts},
    {"its memory is what was granted", memory_is_the_granted},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"the guest writes a note to the card", note_is_written},
    {"poweroff turns the machine off", powers_off},
    {"the note is on the card", note_is_on_card},
};

int main(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_ZCU102, DRIVER_VM_TEST, CARD);
    struct machine *machine = machine_start(BUILD_DIR "/tests/log/zcu102.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
