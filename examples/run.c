/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `make run`: boots a board's system in QEMU. At a terminal the console is yours. Without one, it
 * waits until everybody has done what they are there for, turns them off and says how that
 * went; a board with several systems has each of them do that.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver_vm_machine.h"
#include "serving_machine.h"

#define BOOT_SECONDS  300
#define SHELL_SECONDS 20
#define DISK          BUILD_DIR "/examples/scratch.disk"
#define LOG           BUILD_DIR "/examples/console.log"

/* What there is to be seen of a system. */
enum show {
    SHOW_CONSOLE, /* a driver VM with a console: its checks, its shell */
    SHOW_DISK,    /* one without: the report that it leaves on its disk */
    SHOW_SERVING, /* one that serves others: what they have of it */
};

/* What is run on a board, in this order; at a terminal, the first. */
static const struct system {
    const char *board;
    enum driver_vm_boot boot;
    enum show show;
    const char *name;
    const char *leave; /* how its console is left */
    const char *report;
} systems[] = {
    {"qemu_virt_aarch64", DRIVER_VM_SERVING, SHOW_SERVING,
     "a driver VM and who lives on its disk and its network",
     "press Ctrl-A, then X. Who has the input: Ctrl-\\, then ?; another: Ctrl-\\, its number, "
     "Enter",
     BUILD_DIR "/examples/serving/qemu_virt_aarch64/composed/compose.txt"},
    {"zcu102", DRIVER_VM_ZCU102, SHOW_CONSOLE, "the driver VM of the ZCU102",
     "type poweroff in its shell, or press Ctrl-A, then X",
     BUILD_DIR "/examples/composed/zcu102/composed/compose.txt"},
    {"odroidc4", DRIVER_VM_ODROIDC4, SHOW_CONSOLE,
     "the driver VM of the Driver Virtual Machines page", "press Ctrl-A, then X",
     BUILD_DIR "/examples/driver_vm/odroidc4/report.txt"},
    {"odroidc4", DRIVER_VM_ODROIDC4_COMPOSED, SHOW_DISK,
     "the driver VM that owns the eMMC and nothing else", NULL,
     BUILD_DIR "/examples/composed/odroidc4/composed/compose.txt"},
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

/* Has the driver VM show that it works, and turns it off. Returns how many of its checks have
 * passed; 0 if anything went wrong. */
static unsigned try_console(struct machine *machine, const struct system *system)
{
    unsigned checks = driver_vm_wait_ready(machine, BOOT_SECONDS);

    if (checks == 0 || machine_wait(machine, "driver VM# ", SHELL_SECONDS) == NULL ||
        driver_vm_shell(machine, "uptime", SHELL_SECONDS) == NULL ||
        !driver_vm_power_off(machine, system->boot, SHELL_SECONDS)) {
        return 0;
    }
    return checks;
}

/* The same of one without a console: it turns itself off if all is well, and leaves its report on
 * its disk. */
static bool try_silent(struct machine *machine, char *report, size_t size)
{
    return machine_wait(machine, "the guest is off", BOOT_SECONDS) != NULL &&
           machine_wait_exit(machine, SHELL_SECONDS) == 0 &&
           driver_vm_disk_report(DISK, report, size);
}

static bool show_console(struct machine *machine, const struct system *system)
{
    unsigned checks = try_console(machine, system);

    if (checks == 0) {
        return false;
    }
    printf("\n\nWhat %s was granted (guest-physical):\n", system->name);
    print_grants(machine_output(machine));
    printf("%u of %u checks passed:\n", checks, checks);
    print_checks(machine_output(machine));
    printf("Its shell answered, and it turned itself off.\n");
    return true;
}

static bool show_disk(struct machine *machine, const struct system *system)
{
    char report[1024];

    if (!try_silent(machine, report, sizeof(report))) {
        return false;
    }
    printf("\n\nWhat %s was granted (guest-physical):\n", system->name);
    print_grants(machine_output(machine));
    printf("It has no console; its report stands on its disk, %s:\n%s", DISK, report);
    return true;
}

/* Prints what a step means, and its line of the output without the name and colour before it. */
static void print_step(const char *output, const struct serving_step *step)
{
    static const char name_end[] = "\033[0m ";
    const char *line = strstr(output, step->text);

    while (line > output && line[-1] != '\n' && strncmp(line, name_end, strlen(name_end)) != 0) {
        line--;
    }
    line += strncmp(line, name_end, strlen(name_end)) == 0 ? strlen(name_end) : 0;
    line += strspn(line, " ");
    printf("  %-10s  %s\n              %.*s\n", step->name, step->what,
           (int)strcspn(line, "\r\n\033"), line);
}

static bool show_serving(struct machine *machine, const struct system *system)
{
    (void)system;
    machine_forbid(machine, serving_failures);
    if (!serving_wait_all(machine, BOOT_SECONDS) ||
        !serving_switch(machine, SERVING_CLIENT, SHELL_SECONDS) ||
        !serving_client_off(machine, SHELL_SECONDS)) {
        return false;
    }
    printf("\n\nWho has what of whom:\n");
    for (const struct serving_step *step = serving_steps; step->name != NULL; step++) {
        print_step(machine_output(machine), step);
    }
    printf("The client VM had the input for a moment, and turned itself off.\n");
    return true;
}

static bool run_unattended(const struct system *system)
{
    static bool (*const shows[])(struct machine *, const struct system *) = {
        [SHOW_CONSOLE] = show_console, [SHOW_DISK] = show_disk, [SHOW_SERVING] = show_serving};
    char **arguments = driver_vm_arguments(system->boot, DRIVER_VM_TEST, DISK);
    double start = clock_seconds();
    struct machine *machine = machine_start(LOG, stdout, arguments);

    if (!shows[system->show](machine, system)) {
        return conclude_failed(machine, system);
    }
    printf("It took %.1f s. Who owns what, and why: %s\n", clock_seconds() - start, system->report);
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
    puts("At a terminal, `make run` leaves you at that console.");
    return EXIT_SUCCESS;
}
