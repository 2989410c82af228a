/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A machine under test. See machine.h.
 */
#include "machine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct machine {
    pid_t pid; /* 0 when it has been waited for */
    int status;
    int console; /* -1 at the end of its output */
    int monitor;
    FILE *log;
    FILE *echo;
    char *text; /* all output, NUL-terminated */
    size_t length, capacity;
    size_t consumed;     /* bytes of text that earlier waits used up */
    char *taken;         /* the last result of machine_wait() */
    size_t forbidden_at; /* bytes of text that have been searched for forbidden texts */
    const char *const *forbidden;
    char reason[256];
};

static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        die("memory");
    }
    return memory;
}

double clock_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void machine_complain(struct machine *machine, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(machine->reason, sizeof(machine->reason), format, arguments);
    va_end(arguments);
}

/* The child's side of the fork: descriptors in place, then the program. */
static _Noreturn void become(char *const argv[], pid_t parent, int console, int monitor)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    dup2(console, STDIN_FILENO);
    dup2(console, STDOUT_FILENO);
    dup2(console, STDERR_FILENO);
    dup2(monitor, MACHINE_MONITOR_FD);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
}

struct machine *machine_start(const char *log_path, FILE *echo, char *const argv[])
{
    struct machine *machine = must(calloc(1, sizeof(*machine)));
    pid_t parent = getpid();
    int console[2];
    int monitor[2];

    machine->echo = echo;
    machine->log = fopen(log_path, "we");
    if (machine->log == NULL) {
        die(log_path);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, monitor) != 0) {
        die("socketpair");
    }
    signal(SIGPIPE, SIG_IGN);
    machine->pid = fork();
    if (machine->pid < 0) {
        die("fork");
    }
    if (machine->pid == 0) {
        become(argv, parent, console[1], monitor[1]);
    }
    close(console[1]);
    close(monitor[1]);
    machine->console = console[0];
    machine->monitor = monitor[0];
    machine->capacity = 1;
    machine->text = must(calloc(1, 1));
    return machine;
}

struct machine *machine_boot_virt(const char *image, const char *log_path, bool is_counted)
{
    const char *arguments[20] = {"qemu-system-aarch64",
                                 "-machine",
                                 "virt,virtualization=on,gic-version=2",
                                 "-cpu",
                                 "cortex-a53",
                                 "-m",
                                 "2G",
                                 "-display",
                                 "none",
                                 "-nic",
                                 "none",
                                 "-serial",
                                 "stdio",
                                 "-kernel",
                                 image};
    if (is_counted) {
        arguments[15] = "-icount";
        arguments[16] = "shift=0,sleep=off";
    }
    return machine_start(log_path, NULL, (char *const *)arguments);
}

void machine_forbid(struct machine *machine, const char *const *texts)
{
    machine->forbidden = texts;
}

static void append(struct machine *machine, const char *bytes, size_t count)
{
    if (machine->length + count + 1 > machine->capacity) {
        machine->capacity = 2 * (machine->length + count + 1);
        machine->text = must(realloc(machine->text, machine->capacity));
    }
    for (size_t i = 0; i < count; i++) {
        machine->text[machine->length++] = bytes[i] != '\0' ? bytes[i] : '?';
    }
    machine->text[machine->length] = '\0';
    fwrite(bytes, 1, count, machine->log);
    fflush(machine->log);
    if (machine->echo != NULL) {
        fwrite(bytes, 1, count, machine->echo);
        fflush(machine->echo);
    }
}

/* Takes in what the console prints next. False at the deadline and at the end of the output. */
static bool read_more(struct machine *machine, double deadline)
{
    struct pollfd pollfd = {.fd = machine->console, .events = POLLIN};
    char bytes[4096];

    if (machine->console < 0) {
        machine_complain(machine, "the machine has ended");
        return false;
    }
    for (;;) {
        double left = deadline - clock_seconds();
        int ready = poll(&pollfd, 1, left > 0 ? (int)(left * 1000) + 1 : 0);

        if (ready == 0) {
            machine_complain(machine, "nothing within the time allowed");
            return false;
        }
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t count = read(machine->console, bytes, sizeof(bytes));
        if (count > 0) {
            append(machine, bytes, (size_t)count);
            return true;
        }
        if (count < 0 && errno == EINTR) {
            continue;
        }
        close(machine->console);
        machine->console = -1;
        machine_complain(machine, "the machine ended");
        return false;
    }
}

/* The forbidden text that has been printed, or NULL. A text may come in several reads, so the last
 * bytes, fewer than the longest text has, are searched again. */
static const char *forbidden_text(struct machine *machine)
{
    size_t longest = 1;

    for (const char *const *text = machine->forbidden; text != NULL && *text != NULL; text++) {
        if (strstr(machine->text + machine->forbidden_at, *text) != NULL) {
            return *text;
        }
        longest = strlen(*text) > longest ? strlen(*text) : longest;
    }
    if (machine->length > machine->forbidden_at + longest) {
        machine->forbidden_at = machine->length - longest;
    }
    return NULL;
}

const char *machine_wait(struct machine *machine, const char *text, double seconds)
{
    double deadline = clock_seconds() + seconds;

    for (;;) {
        const char *forbidden = forbidden_text(machine);
        char *start = machine->text + machine->consumed;
        char *found = strstr(start, text);

        if (forbidden != NULL) {
            machine_complain(machine, "\"%s\" on the console", forbidden);
            return NULL;
        }
        if (found != NULL) {
            free(machine->taken);
            machine->taken = must(strndup(start, (size_t)(found - start)));
            machine->consumed = (size_t)(found - machine->text) + strlen(text);
            return machine->taken;
        }
        if (!read_more(machine, deadline)) {
            char why[64];

            snprintf(why, sizeof(why), "%s", machine->reason);
            machine_complain(machine, "waiting %.0f s for \"%.100s\": %s", seconds, text, why);
            return NULL;
        }
    }
}

static void write_all(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t count = write(fd, text, length);

        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return; /* The machine has ended; the next wait says so. */
        }
        text += count;
        length -= (size_t)count;
    }
}

void machine_type(struct machine *machine, const char *text)
{
    if (machine->console >= 0) {
        write_all(machine->console, text);
    }
}

void machine_monitor(struct machine *machine, const char *command)
{
    write_all(machine->monitor, command);
}

bool machine_monitor_read(struct machine *machine, char *line, size_t size, double seconds)
{
    double deadline = clock_seconds() + seconds;
    size_t length = 0;
    char byte = '\0';

    while (byte != '\n') {
        struct pollfd monitor = {.fd = machine->monitor, .events = POLLIN};
        double left = deadline - clock_seconds();

        if (left <= 0 || poll(&monitor, 1, (int)(left * 1000) + 1) < 0 ||
            (monitor.revents != 0 && read(machine->monitor, &byte, 1) != 1)) {
            machine_complain(machine, "the monitor does not answer");
            return false;
        }
        if (monitor.revents != 0 && byte != '\n' && byte != '\r' && length + 1 < size) {
            line[length++] = byte;
        }
    }
    line[length] = '\0';
    return true;
}

int machine_wait_exit(struct machine *machine, double seconds)
{
    double deadline = clock_seconds() + seconds;

    while (read_more(machine, deadline)) {
    }
    if (machine->console >= 0) {
        machine_complain(machine, "still running after %.0f s", seconds);
        return -1;
    }
    if (machine->pid > 0) {
        waitpid(machine->pid, &machine->status, 0);
        machine->pid = 0;
    }
    if (!WIFEXITED(machine->status)) {
        machine_complain(machine, "ended by signal %d", WTERMSIG(machine->status));
        return -1;
    }
    machine_complain(machine, "ended with status %d", WEXITSTATUS(machine->status));
    return WEXITSTATUS(machine->status);
}

const char *machine_reason(const struct machine *machine)
{
    return machine->reason;
}

const char *machine_output(const struct machine *machine)
{
    return machine->text;
}

void machine_stop(struct machine *machine)
{
    if (machine->pid > 0) {
        kill(machine->pid, SIGKILL);
        waitpid(machine->pid, &machine->status, 0);
    }
    if (machine->console >= 0) {
        close(machine->console);
    }
    close(machine->monitor);
    fclose(machine->log);
    free(machine->taken);
    free(machine->text);
    free(machine);
}
