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

/* Prints the lines of the console on which a check of the guest has passed. */
static void print_checks(const char *output)
{
    for (const char *line = output; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, "  ok   ", 7) == 0) {
            printf("%.*s\n", (int)strcspn(line, "\r\n"), line);
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
    printf(
        "\n\nrun: the driver VM was ready after %.1f s, its shell answered, and it turned itself "
        "off.\n",
        ready);
    printf("run: %u of %u checks passed:\n", checks, checks);
    print_checks(machine_output(machine));
    printf("run: what was granted to whom stands in %s\n", REPORT);
    printf("run: no terminal here; with one, `make run` leaves you in the driver VM's shell.\n");
    machine_stop(machine);
    return EXIT_SUCCESS;
}

int main(void)
{
    return isatty(STDIN_FILENO) ? run_interactive() : run_unattended();
}
