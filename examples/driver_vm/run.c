/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `make run`: boots the driver VM example in QEMU. At a terminal the console is yours. Without one,
 * it waits until the driver VM has tried its devices, asks its shell for a sign of life, turns it
 * off and says how that went.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver_vm_machine.h"

#define BOOT_SECONDS  120
#define SHELL_SECONDS 20
#define DISK          BUILD_DIR "/examples/driver_vm/scratch.disk"
#define LOG           BUILD_DIR "/examples/driver_vm/console.log"
#define REPORT        BUILD_DIR "/examples/driver_vm/qemu_virt_aarch64/report.txt"

static int run_interactive(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_ON_DROVER, DRIVER_VM_TERMINAL, DISK);

    puts("Booting the driver VM. To leave: type poweroff in its shell, or press Ctrl-A, then X.\n");
    fflush(stdout);
    execvp(arguments[0], arguments);
    perror(arguments[0]);
    return EXIT_FAILURE;
}

/* The line after `line`, or NULL. */
static const char *line_after(const char *line)
{
    line = strchr(line, '\n');
    return line != NULL ? line + 1 : NULL;
}

/* Prints a line of the console without its first `skip` characters. */
static void print_line(const char *line, size_t skip)
{
    printf("  %.*s\n", (int)strcspn(line + skip, "\r\n"), line + skip);
}

/* Prints what Drover said that it grants the VM: the lines from its name to the end of the list. */
static void print_grants(const char *output)
{
    const char *line = strstr(output, "drover: VM ");

    for (; line != NULL && strncmp(line, "drover: running", 15) != 0; line = line_after(line)) {
        print_line(line, strlen("drover: "));
    }
}

/* Prints the lines on which a check of the guest has passed. */
static void print_checks(const char *output)
{
    for (const char *line = output; line != NULL; line = line_after(line)) {
        if (strncmp(line, "  ok   ", 7) == 0) {
            print_line(line, 2);
        }
    }
}

static int conclude_failed(struct machine *machine)
{
    printf("\n\nrun: the driver VM did not come up: %s\n", machine_reason(machine));
    printf("run: the console's log is in %s, what was granted in %s\n", LOG, REPORT);
    machine_stop(machine);
    return EXIT_FAILURE;
}

static int run_unattended(void)
{
    char **arguments = driver_vm_arguments(DRIVER_VM_ON_DROVER, DRIVER_VM_TEST, DISK);
    double start = clock_seconds();
    struct machine *machine = machine_start(LOG, stdout, arguments);
    unsigned checks = driver_vm_wait_ready(machine, BOOT_SECONDS);
    double ready = clock_seconds() - start;

    if (checks == 0 || machine_wait(machine, "driver VM# ", SHELL_SECONDS) == NULL ||
        driver_vm_shell(machine, "uptime", SHELL_SECONDS) == NULL) {
        return conclude_failed(machine);
    }
    machine_type(machine, "poweroff\n");
    if (machine_wait_exit(machine, SHELL_SECONDS) != 0) {
        return conclude_failed(machine);
    }
    puts("\n\nWhat the driver VM was granted (guest-physical):");
    print_grants(machine_output(machine));
    printf("It was ready after %.1f s; %u of %u checks passed:\n", ready, checks, checks);
    print_checks(machine_output(machine));
    puts("Its shell answered, and it turned itself off. The whole report: " REPORT);
    puts("At a terminal, `make run` leaves you in that shell.");
    machine_stop(machine);
    return EXIT_SUCCESS;
}

int main(void)
{
    return isatty(STDIN_FILENO) ? run_interactive() : run_unattended();
}
