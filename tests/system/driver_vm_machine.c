/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The machine of examples/driver_vm. See driver_vm_machine.h.
 */
#include "driver_vm_machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DISK_SIZE    (64 << 20)
#define ARGUMENT_MAX 48

#define EXAMPLES  BUILD_DIR "/examples/driver_vm"
#define EXAMPLE   EXAMPLES "/qemu_virt_aarch64"
#define COMPOSED  BUILD_DIR "/examples/composed"
#define SERVING   BUILD_DIR "/examples/serving"
#define SMP_GUEST BUILD_DIR "/tests/smp_guest"
#define INITRD    BUILD_DIR "/guest/initramfs.cpio"
#define KERNEL    PAYLOAD_DIR "/linux/Image"

/* The programs: QEMU as Debian has it, and the one with our model of the Odroid C4. */
#define QEMU          "qemu-system-aarch64"
#define QEMU_ODROIDC4 BUILD_DIR "/boards/odroidc4/qemu-system-aarch64"

#define VIRT_ON_DROVER(image)                                                                      \
    {                                                                                              \
        QEMU, "-machine", "virt,virtualization=on,gic-version=2", "-cpu", "cortex-a53", "-m",      \
            "2G", "-kernel", image, NULL                                                           \
    }
#define VIRT_WITH_TRACE(image, trace)                                                              \
    {                                                                                              \
        QEMU, "-machine", "virt,virtualization=on,gic-version=2", "-cpu", "cortex-a53", "-m",      \
            "2G", "-kernel", image, "-trace", "pci_nvme_write", "-trace", "pci_nvme_flush_ns",     \
            "-D", trace, NULL                                                                      \
    }
#define VIRT_BARE(cores, dtb)                                                                      \
    {                                                                                              \
        QEMU, "-machine", "virt,gic-version=2", "-cpu", "cortex-a53", "-smp", cores, "-m", "512M", \
            "-kernel", KERNEL, "-initrd", INITRD, "-dtb", dtb, NULL                                \
    }

const char *const driver_vm_failures[] = {
    "Kernel panic - not syncing",
    "driver VM failed:",
    NULL,
};

static char *const virt_devices[] = {
    "-display", "none",
    "-global",  "virtio-mmio.force-legacy=false",
    "-netdev",  "user,id=net",
    "-device",  "virtio-net-device,netdev=net",
    "-device",  "virtio-blk-device,drive=disk",
    NULL,
};

/* QEMU gives its network cards to the board's in order; the fourth has a plug on the board. Of the
 * two SD controllers it is the second. */
static char *const zcu102_devices[] = {
    "-display", "none", "-audiodev", "none,id=silent", "-nic", "user", "-nic",
    "user",     "-nic", "user",      "-nic",           "user", NULL,
};

static char *const odroidc4_devices[] = {"-display", "none", NULL};

/* Behind the PCIe bridge, with a server for downloads on the network: once the request is there it
 * sends its file. */
static char *const pcie_devices[] = {
    "-display",
    "none",
    "-netdev",
    "user,id=net,guestfwd=tcp:10.0.2.100:80-cmd:sh -c \"sed -n /^.\\$/q; cat " SERVING
    "/download\"",
    "-device",
    "e1000e,netdev=net,romfile=",
    "-device",
    "nvme,serial=drover1,drive=disk",
    NULL,
};

/* A machine's devices, how it is given the disk, and what that has on it. */
static const struct board {
    char *const *devices;
    const char *drive;
    const char *contents; /* a file; NULL: a mark, so that the guest may do with it what it likes */
} virt = {virt_devices, "if=none,id=disk", NULL}, odroidc4 = {odroidc4_devices, "if=sd", NULL},
  zcu102 = {zcu102_devices, "if=sd,index=1", NULL},
  virt_pcie = {pcie_devices, "if=none,id=disk", BUILD_DIR "/guest/served.disk"},
  /* Slow to write, so that requests are under way when the driver VM dies; not slowed by the host.
   */
    virt_pcie_io = {pcie_devices, "if=none,id=disk,cache=unsafe",
                    BUILD_DIR "/tests/serving/served.disk"},
  virt_pcie_crowd = {pcie_devices, "if=none,id=disk,cache=unsafe",
                     BUILD_DIR "/tests/crowd/served.disk"};

static const struct {
    const struct board *board;
    char *arguments[20];
    bool stays_on; /* when the guest turns itself off */
} boots[] = {
    [DRIVER_VM_ON_DROVER] = {.board = &virt, .arguments = VIRT_ON_DROVER(EXAMPLE "/driver_vm.img")},
    [DRIVER_VM_COMPOSED] = {.board = &virt,
                            .arguments =
                                VIRT_ON_DROVER(COMPOSED "/qemu_virt_aarch64/driver_vm.img")},
    [DRIVER_VM_PAIR] = {.board = &virt,
                        .arguments =
                            VIRT_ON_DROVER(BUILD_DIR "/tests/composed/pair/driver_vm.img")},
    [DRIVER_VM_SERVING] = {.board = &virt_pcie,
                           .arguments = VIRT_ON_DROVER(SERVING "/qemu_virt_aarch64/driver_vm.img")},
    [DRIVER_VM_PCI] = {.board = &virt_pcie,
                       .arguments = VIRT_ON_DROVER(BUILD_DIR "/tests/pci/driver_vm.img")},
    [DRIVER_VM_RECONNECT] = {.board = &virt_pcie_io,
                             .arguments = VIRT_ON_DROVER(BUILD_DIR
                                                         "/tests/serving/reconnect/driver_vm.img")},
    [DRIVER_VM_CROWD] = {.board = &virt_pcie_crowd,
                         .arguments =
                             VIRT_WITH_TRACE(BUILD_DIR "/tests/crowd/driver_vm.img", CROWD_TRACE)},
    [DRIVER_VM_RESTART] = {.board = &virt,
                           .arguments =
                               VIRT_ON_DROVER(BUILD_DIR "/tests/composed/restart/driver_vm.img")},
    [DRIVER_VM_SEL4_VMM] = {.board = &virt,
                            .arguments = VIRT_ON_DROVER(BUILD_DIR "/tests/sel4_vmm/system.img")},
    [DRIVER_VM_BARE] = {.board = &virt, .arguments = VIRT_BARE("1", EXAMPLE "/guest.dtb")},
    [DRIVER_VM_4_CPUS] = {.board = &virt, .arguments = VIRT_ON_DROVER(SMP_GUEST "/4/system.img")},
    [DRIVER_VM_8_CPUS] = {.board = &virt, .arguments = VIRT_ON_DROVER(SMP_GUEST "/8/system.img")},
    [DRIVER_VM_4_CPUS_BARE] = {.board = &virt,
                               .arguments = VIRT_BARE("4", SMP_GUEST "/4/guest.dtb")},
    [DRIVER_VM_ZCU102] = {.board = &zcu102,
                          .arguments = {QEMU, "-machine", "xlnx-zcu102,virtualization=on", "-m",
                                        "2G", "-kernel", COMPOSED "/zcu102/driver_vm.img", NULL}},
    [DRIVER_VM_ODROIDC4_COMPOSED] = {.board = &odroidc4,
                                     .arguments = {QEMU_ODROIDC4, "-machine", "odroidc4", "-kernel",
                                                   COMPOSED "/odroidc4/driver_vm.img", NULL}},
    [DRIVER_VM_ODROIDC4] = {.board = &odroidc4,
                            .arguments = {QEMU_ODROIDC4, "-machine", "odroidc4", "-kernel",
                                          EXAMPLES "/odroidc4/driver_vm.img", NULL},
                            .stays_on = true},
    [DRIVER_VM_ODROIDC4_BARE] =
        {.board = &odroidc4,
         .arguments = {QEMU_ODROIDC4, "-machine", "odroidc4", "-kernel", KERNEL, "-initrd", INITRD,
                       "-dtb", PAYLOAD_DIR "/linux/dtb/amlogic/meson-sm1-odroid-c4.dtb", "-append",
                       "console=ttyAML0,115200 devices=uart,mmc", NULL}},
};

static char *const consoles[][8] = {
    [DRIVER_VM_TERMINAL] = {"-serial", "mon:stdio", NULL},
    [DRIVER_VM_TEST] = {"-serial", "stdio", "-chardev", "socket,id=monitor,fd=3", "-mon",
                        "chardev=monitor,mode=readline", NULL},
};

static void scratch_disk_create(const char *path)
{
    FILE *disk = fopen(path, "we");

    if (disk == NULL || fputs("drover scratch disk\n", disk) == EOF || fflush(disk) == EOF ||
        ftruncate(fileno(disk), DISK_SIZE) != 0 || fclose(disk) == EOF) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

/* Copies the disk `from`, in whose holes nothing is written. */
static void disk_copy(const char *path, const char *from)
{
    static char block[1 << 16], zeroes[sizeof(block)];
    FILE *source = fopen(from, "re"), *disk = fopen(path, "we");
    off_t size = 0;
    size_t count;

    while (source != NULL && disk != NULL && (count = fread(block, 1, sizeof(block), source)) > 0) {
        if (memcmp(block, zeroes, count) != 0 &&
            (fseeko(disk, size, SEEK_SET) != 0 || fwrite(block, 1, count, disk) != count)) {
            break;
        }
        size += (off_t)count;
    }
    if (source == NULL || disk == NULL || ferror(source) || ferror(disk) || fflush(disk) == EOF ||
        ftruncate(fileno(disk), size) != 0 || fclose(source) == EOF || fclose(disk) == EOF) {
        perror(source == NULL ? from : path);
        exit(EXIT_FAILURE);
    }
}

static void disk_create(const char *path, const char *contents)
{
    if (contents == NULL) {
        scratch_disk_create(path);
    } else {
        disk_copy(path, contents);
    }
}

static void append(char **arguments, size_t *count, char *const *list)
{
    while (*list != NULL && *count < ARGUMENT_MAX - 1) {
        arguments[(*count)++] = *list++;
    }
    arguments[*count] = NULL;
}

char **driver_vm_arguments(enum driver_vm_boot boot, enum driver_vm_console console,
                           const char *disk_path)
{
    static char *arguments[ARGUMENT_MAX];
    static char drive[512];
    size_t count = 0;

    disk_create(disk_path, boots[boot].board->contents);
    snprintf(drive, sizeof(drive), "%s,format=raw,file=%s", boots[boot].board->drive, disk_path);
    append(arguments, &count, boots[boot].arguments);
    append(arguments, &count, consoles[console]);
    append(arguments, &count, boots[boot].board->devices);
    append(arguments, &count, (char *const[]){"-drive", drive, NULL});
    return arguments;
}

unsigned driver_vm_wait_ready(struct machine *machine, double seconds)
{
    const char *result;
    unsigned passed, checks;

    machine_forbid(machine, driver_vm_failures);
    if (machine_wait(machine, "driver VM ready: ", seconds) == NULL) {
        return 0;
    }
    result = machine_wait(machine, " checks passed", 1);
    if (result == NULL) {
        return 0;
    }
    if (sscanf(result, "%u of %u", &passed, &checks) != 2 || passed == 0 || passed != checks) {
        machine_complain(machine, "the guest reports \"%s\" checks passed", result);
        return 0;
    }
    return passed;
}

const char *driver_vm_shell(struct machine *machine, const char *command, double seconds)
{
    static char answer[4096];
    char line[1024];
    const char *printed;
    const char *status;

    /* The shell echoes what is typed: broken by quotes, the marks stand in its output only. */
    snprintf(line, sizeof(line), "echo be''gin; %s; echo sta''tus $?\n", command);
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
    if (status == NULL) {
        return NULL;
    }
    if (strcmp(status, "0") != 0) {
        machine_complain(machine, "status %s of the command: %s", status, command);
        return NULL;
    }
    return answer;
}

bool driver_vm_disk_report(const char *disk_path, char *report, size_t size)
{
    static const char start[] = "Linux ", mark[] = "in the driver VM; its devices:";
    char block[1024]; /* the smallest of ext4 */
    FILE *disk = fopen(disk_path, "re");
    bool found = false;

    while (disk != NULL && !found && fread(block, sizeof(block) - 1, 1, disk) == 1 &&
           fseek(disk, 1, SEEK_CUR) == 0) {
        block[sizeof(block) - 1] = '\0';
        found = strncmp(block, start, strlen(start)) == 0 && strstr(block, mark) != NULL;
    }
    if (disk != NULL) {
        fclose(disk);
    }
    snprintf(report, size, "%s", found ? block : "");
    return found;
}

bool driver_vm_power_off(struct machine *machine, enum driver_vm_boot boot, double seconds)
{
    machine_type(machine, "poweroff\n");
    if (boots[boot].stays_on) {
        if (machine_wait(machine, "the driver VM is off", seconds) == NULL) {
            return false;
        }
        machine_monitor(machine, "quit\n");
    }
    return machine_wait_exit(machine, seconds) == 0;
}
