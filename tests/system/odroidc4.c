/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM of the Driver Virtual Machines page on our model of the Odroid C4: Linux boots with
 * the board's own tree, has the console and the eMMC, and owns enough of the machine to reset it.
 * With the argument `bare` the same cases run without Drover.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver_vm_cases.h"

/* Where the label of an ext2 stands: 120 bytes into its superblock. */
#define LABEL_OFFSET (1024 + 120)
#define LABEL        "drover"

/* A sector in front of the superblock, which no file system uses. */
#define FREE_SECTOR 1
#define SECTOR_SIZE 512

#define WHOLE_MEDIUM_SECONDS 120

static enum driver_vm_boot boot;
static const char *disk_path; /* of the eMMC */

/* Reads from the file that is the eMMC. */
static bool read_disk(long offset, char *data, size_t size)
{
    FILE *disk = fopen(disk_path, "re");
    bool is_read =
        disk != NULL && fseek(disk, offset, SEEK_SET) == 0 && fread(data, 1, size, disk) == size;

    if (disk != NULL) {
        fclose(disk);
    }
    return is_read || case_fail("%s: %s", disk_path, strerror(errno));
}

static bool uart_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "ttyAML0", "true");
}

static bool emmc_interrupts(struct machine *machine)
{
    return driver_vm_interrupts_grow_with(machine, "ffe07000.mmc",
                                          "echo 3 >/proc/sys/vm/drop_caches; sha256sum /disk/data");
}

/* The guest made its file system because it had read the mark, which this process wrote. */
static bool emmc_has_the_file_system(struct machine *machine)
{
    char label[sizeof(LABEL)] = "";

    (void)machine;
    return read_disk(LABEL_OFFSET, label, strlen(LABEL)) &&
           (strcmp(label, LABEL) == 0 || case_fail("its label is \"%s\"", label));
}

static bool emmc_keeps_a_sector(struct machine *machine)
{
    static const char text[] = "written by the driver VM";
    char sector[SECTOR_SIZE];
    char command[256];

    snprintf(command, sizeof(command),
             "echo '%s' | dd of=$(echo /dev/mmcblk?) bs=%d seek=%d conv=sync,fsync", text,
             SECTOR_SIZE, FREE_SECTOR);
    return driver_vm_shell(machine, command, DRIVER_VM_SHELL_SECONDS) != NULL &&
           read_disk((long)FREE_SECTOR * SECTOR_SIZE, sector, sizeof(sector)) &&
           (strncmp(sector, text, strlen(text)) == 0 || case_fail("the sector has something else"));
}

/* In chains of descriptors: up to 1 MiB in one, in pieces that lie apart. */
static bool emmc_reads_to_its_end(struct machine *machine)
{
    const char *answer = driver_vm_shell(
        machine, "dd if=$(echo /dev/mmcblk?) of=/dev/null bs=1M 2>&1", DRIVER_VM_SHELL_SECONDS);

    return answer != NULL &&
           (strstr(answer, "64+0 records in") != NULL || case_fail("dd says: %s", answer));
}

/* Bit 0 of GICD_ISPENDR3 is interrupt 96, channel 0 of the GPIO interrupt controller. */
static bool pad_pends(struct machine *machine, bool expected)
{
    const char *answer =
        driver_vm_shell(machine, "echo $(($(devmem 0xffc0120c 32) & 1))", DRIVER_VM_SHELL_SECONDS);

    return answer != NULL && (*answer == '1') == expected;
}

/* Linux's drivers use no pad, so the shell stands in for one: pad 80 (pin 11 of the header) to
 * channel 0, by its edge, which interrupts 96 to 103 are in the GIC (GICD_ICFGR6). Nobody enables
 * the interrupt: it has to wait. */
static bool pad_pends_in_the_gic(struct machine *machine)
{
    double deadline = clock_seconds() + DRIVER_VM_SHELL_SECONDS;

    if (driver_vm_shell(machine,
                        "devmem 0xffc01c18 32 0xaaaa && devmem 0xffd0f084 32 80 && "
                        "devmem 0xffd0f080 32 1",
                        DRIVER_VM_SHELL_SECONDS) == NULL ||
        !pad_pends(machine, false)) {
        return case_fail("it pends before there was an edge");
    }
    machine_monitor(machine, "qom-set /machine/gpio-intc pulse 80\n");
    while (!pad_pends(machine, true)) {
        if (clock_seconds() > deadline) {
            return case_fail("it does not pend after the edge");
        }
    }
    return true;
}

/* The page grants the watchdog with the GPIO interrupt controller; its registers are Linux's
 * meson_gxbb_wdt's: 100 ticks of 1 ms, then on, with the right to reset. */
static bool watchdog_resets(struct machine *machine)
{
    machine_type(machine, "sync; devmem 0xffd0f0d8 32 100; devmem 0xffd0f0d0 32 0x03245dc0\n");
    return driver_vm_becomes_ready(machine);
}

static bool powers_off(struct machine *machine)
{
    return driver_vm_power_off(machine, boot, DRIVER_VM_SHELL_SECONDS);
}

static const struct test_case cases[] = {
    {"Linux boots and its devices work", driver_vm_becomes_ready},
    {"the shell answers", driver_vm_shell_answers},
    {"Ctrl-C ends a program, not the shell", driver_vm_interrupt_key_reaches_shell},
    {"the UART interrupts", uart_interrupts},
    {"the eMMC interrupts", emmc_interrupts},
    {"the eMMC has the guest's file system", emmc_has_the_file_system},
    {"a sector that the guest writes is in the eMMC", emmc_keeps_a_sector},
    {"the eMMC can be read to its end", emmc_reads_to_its_end},
    {"an edge at a GPIO pad pends in the guest's GIC", pad_pends_in_the_gic},
    {"time passes at its own rate", driver_vm_time_passes},
    {"Linux has nothing to complain of", driver_vm_linux_is_content},
    {"the watchdog resets the machine, and it comes up again", watchdog_resets},
    {"poweroff is the end", powers_off},
};

int main(int argc, char **argv)
{
    bool is_bare = argc > 1 && strcmp(argv[1], "bare") == 0;

    boot = is_bare ? DRIVER_VM_ODROIDC4_BARE : DRIVER_VM_ODROIDC4;
    disk_path = is_bare ? BUILD_DIR "/tests/odroidc4_bare.disk" : BUILD_DIR "/tests/odroidc4.disk";
    char **arguments = driver_vm_arguments(boot, DRIVER_VM_TEST, disk_path);
    struct machine *machine =
        machine_start(is_bare ? BUILD_DIR "/tests/log/odroidc4_bare.console"
                              : BUILD_DIR "/tests/log/odroidc4_drover.console",
                      NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
