/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `make run`: boots the driver VM of a board in QEMU. At a terminal the console is yours. Without
 * one, it waits until the driver VM has tried its devices, asks its shell for a sign of life, turns
 * it off and says how that went; a board with several systems has each of them do that.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver_vm_machine.h"

#define BOOT_SECONDS  300
#define SHELL_SECONDS 20
#define DISK          BUILD_DIR "/examples/driver_vm/scratch.disk"
#define LOG           BUILD_DIR "/examples/driver_vm/console.log"

/* What is run on a board, in this order; at a terminal, the first. */
static const struct system {
    const char *board;
    enum driver_vm_boot boot;
    const char *name;
    const char *leave;
    const char *report;
} systems[] = {
    {"qemu_virt_aarch64", DRIVER_VM_ON_DROVER, "the driver VM",
     "type poweroff in its shell, or press Ctrl-A, then X",
     BUILD_DIR "/examples/driver_vm/qemu_virt_aarch64/report.txt"},
    {"odroidc4", DRIVER_VM_ODROIDC4, "the driver VM of the Driver Virtual Machines page",
     "press Ctrl-A, then X", BUILD_DIR "/examples/driver_vm/odroidc4/report.txt"},
};
#define SYSTEM_COUNT (sizeof(systems) / sizeof(*systems))

static int run_interactive(const struct system *system)
{
    char **arguments = driver_vm_arguments(system->boot, DRIVER_VM_TERMINAL, DISK);

    printf("Booting %s. To leave: %s.\n\n", system->name, system->leave);
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

static bool conclude_failed(struct machine *machine, const struct system *system)
{
    printf("\n\nrun: %s did not come up: %s\n", system->name, machine_reason(machine));
    printf("run: the console's log is in %s, what was granted in %s\n", LOG, system->report);
    machine_stop(machine);
    return false;
}

static bool run_unattended(const struct system *system)
{
    char **arguments = driver_vm_arguments(system->boot, DRIVER_VM_TEST, DISK);
    double start = clock_seconds();
    struct machine *machine = machine_start(LOG, stdout, arguments);
    unsigned checks = driver_vm_wait_ready(machine, BOOT_SECONDS);
    double ready = clock_seconds() - start;

    if (checks == 0 || machine_wait(machine, "driver VM# ", SHELL_SECONDS) == NULL ||
        driver_vm_shell(machine, "uptime", SHELL_SECONDS) == NULL ||
        !driver_vm_power_off(machine, system->boot, SHELL_SECONDS)) {
        return conclude_failed(machine, system);
    }
    printf("\n\nWhat %s was granted (guest-physical):\n", system->name);
    print_grants(machine_output(machine));
    printf("It was ready after %.1f s; %u of %u checks passed:\n", ready, checks, checks);
    print_checks(machine_output(machine));
    printf("Its shell answered, and it turned itself off. The whole report: %s\n", system->report);
    machine_stop(machine);
    return true;
}

int main(int argc, char **argv)
{
    const char *board = argc > 1 ? argv[1] : systems[0].board;
    size_t count = 0;

    for (size_t i = 0; i < SYSTEM_COUNT; i++) {
        if (strcmp(systems[i].board, board) != 0) {
            continue;
        }
        count++;
        if (isatty(STDIN_FILENO)) {
            return run_interactive(&systems[i]);
        }
        if (!run_unattended(&systems[i])) {
            return EXIT_FAILURE;
        }
    }
    if (count == 0) {
        fprintf(stderr, "run: there is no system for the board \"%s\"\n", board);
        return EXIT_FAILURE;
    }
    puts("At a terminal, `make run` leaves you in that shell.");
    return EXIT_SUCCESS;
}
