/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of examples/driver_vm. See driver_vm_machine.h.
 */
#include "driver_vm_machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DISK_SIZE (64 << 20)

const char *const driver_vm_failures[] = {
    "Kernel panic - not syncing",
    "driver VM failed:",
    NULL,
};

void driver_vm_disk_create(const char *path)
{
    FILE *disk = fopen(path, "w");

    if (disk == NULL || fputs("drover scratch disk\n", disk) == EOF || fflush(disk) == EOF ||
        ftruncate(fileno(disk), DISK_SIZE) != 0 || fclose(disk) == EOF) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

char **driver_vm_arguments(const char *image, const char *disk_path, enum driver_vm_console console)
{
    static char drive[512];
    static char *arguments[40];
    static char *const machine[] = {
        "qemu-system-aarch64",
        "-machine",
        "virt,virtualization=on,gic-version=2",
        "-cpu",
        "cortex-a53",
        "-m",
        "2G",
        "-display",
        "none",
        "-global",
        "virtio-mmio.force-legacy=false",
        "-netdev",
        "user,id=net",
        "-device",
        "virtio-net-device,netdev=net",
        "-device",
        "virtio-blk-device,drive=disk",
    };
    static char *const terminal[] = {"-serial", "mon:stdio"};
    static char *const test[] = {"-serial",  "stdio",
                                 "-chardev", "socket,id=monitor,fd=3",
                                 "-mon",     "chardev=monitor,mode=readline"};
    char **next = arguments;

    snprintf(drive, sizeof(drive), "if=none,id=disk,format=raw,file=%s", disk_path);
    memcpy(next, machine, sizeof(machine));
    next += sizeof(machine) / sizeof(*machine);
    if (console == DRIVER_VM_TERMINAL) {
        memcpy(next, terminal, sizeof(terminal));
        next += sizeof(terminal) / sizeof(*terminal);
    } else {
        memcpy(next, test, sizeof(test));
        next += sizeof(test) / sizeof(*test);
    }
    *next++ = "-drive";
    *next++ = drive;
    *next++ = "-kernel";
    *next++ = (char *)image;
    *next = NULL;
    return arguments;
}

const char *driver_vm_shell(struct machine *machine, const char *command, double seconds)
{
    char line[1024];
    static char answer[4096];
    const char *printed;
    const char *status;

    /* The shell echoes the line as it is typed; broken by quotes, the marks stand in its output
     * only. */
    snprintf(line, sizeof(line), "echo be''gin; %s; echo st''atus $?\n", command);
    machine_type(machine, line);
    if (machine_wait(machine, "begin\r\n", seconds) == NULL) {
        return NULL;
    }
    printed = machine_wait(machine, "status ", seconds);
    if (printed == NULL) {
        return NULL;
    }
    snprintf(answer, sizeof(answer), "%s", printed);
    status = machine_wait(machine, "\r\n", seconds);
    if (status == NULL || strcmp(status, "0") != 0) {
        return NULL;
    }
    return answer;
}
