/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_machine.h.
 */
#include "io_machine.h"

#include <stdio.h>
#include <string.h>

#include "io_count.h"
#include "io_peer.h"

#define LOG_DIR       BUILD_DIR "/tests/log"
#define IO_DIR        BUILD_DIR "/tests/bench/io"
#define BOOT_SECONDS  600
#define LOAD_SECONDS  300
#define PING_SECONDS  5 /* for one that may get lost while the network comes up */
#define PING_TRIES    24
#define COMMAND_MAX   128
#define ARGUMENTS_MAX 48

#define TEXT_OF(macro)       TEXT_OF_WORDS(macro)
#define TEXT_OF_WORDS(words) #words

#define MACHINE(board)                                                                             \
    "qemu-system-aarch64", "-machine", board, "-cpu", "cortex-a53", "-rtc", "clock=vm",            \
        "-display", "none", "-serial", "stdio", IO_MONITOR, "-netdev", "user,id=net", "-device",   \
        "e1000e,netdev=net,romfile=", "-device", "nvme,serial=drover1,drive=disk", "-drive",       \
        "if=none,id=disk,format=raw,snapshot=on,file=" BUILD_DIR "/guest/served.disk"
#define ON_DROVER(name)                                                                            \
    {                                                                                              \
        MACHINE("virt,virtualization=on,gic-version=2"), "-m", "2G", "-kernel",                    \
            IO_DIR "/" name "/system.img", NULL                                                    \
    }

static char *const bare[] = {MACHINE("virt,gic-version=2"),
                             "-m",
                             "256M",
                             "-kernel",
                             PAYLOAD_DIR "/linux/Image",
                             "-initrd",
                             IO_DIR "/initramfs.cpio",
                             "-append",
                             "console=ttyAMA0 rdinit=/bench",
                             NULL};
static char *const driver[] = ON_DROVER("driver");
static char *const client[] = ON_DROVER("client");
static char *const native[] = ON_DROVER("native");

static const struct {
    char *const *arguments;
    const char *disk;  /* as its programs name it */
    const char *input; /* what leads the console's input to it */
} places[] = {
    [IO_BARE] = {bare, "$disk", ""},
    [IO_DRIVER] = {driver, "$disk", ""},
    [IO_CLIENT] = {client, "$disk", ""},
    [IO_NATIVE] = {native, "own",
                   "\x1c"
                   "1\r"},
};

static const struct {
    const char *name;
    char *icount;
    double wire; /* bytes a second of the host's time; 0: as many as it can */
} kinds[] = {
    [IO_COUNTED] = {"", "shift=0", 0},
    [IO_PACED] = {"_paced", "shift=" TEXT_OF(IO_PACE_SHIFT) ",align=on,sleep=on",
                  IO_PACE_WIRE *IO_PACE_SCALE},
};

static const char *const failures[] = {"Kernel panic", "bench failed", "cannot load", NULL};

static struct io_ports ports[IO_KINDS];

bool io_machines_prepare(void)
{
    bool is_well = true;
    for (enum io_kind kind = 0; kind < IO_KINDS; kind++) {
        is_well = is_well && io_peers_start(&ports[kind], kinds[kind].wire);
    }
    return is_well;
}

/* The command of a load, with what it has to do filled in. */
static void command_make(char *command, const struct io_machine *machine,
                         const struct io_load *load, double count)
{
    const struct io_ports *own = &ports[machine->kind];
    const uint16_t peer_ports[] = {0, own->sink, own->source, own->counter};
    char *to = command;
    const char *from = load->command;
    while (*from != '\0') {
        size_t left = (size_t)(command + COMMAND_MAX - to);
        if (strncmp(from, "DISK", 4) == 0) {
            to += snprintf(to, left, "%s", places[machine->place].disk);
            from += 4;
        } else if (strncmp(from, "PORT", 4) == 0) {
            to += snprintf(to, left, "%u", peer_ports[load->peer]);
            from += 4;
        } else if (strncmp(from, "COUNT", 5) == 0) {
            to += snprintf(to, left, "%.0f", count);
            from += 5;
        } else {
            *to++ = *from++;
        }
    }
    snprintf(to, (size_t)(command + COMMAND_MAX - to), "\n");
}

/* The last "NUMBER THINGS in NUMBER us" of a text. */
static bool result_read(const char *output, double *amount, double *us)
{
    const char *in = NULL;
    for (const char *at = output; at != NULL && (at = strstr(at, " in ")) != NULL; at++) {
        in = at;
    }
    const char *number = in;
    for (int spaces = 0; number != NULL && number > output && spaces < 2; number--) {
        spaces += number[-1] == ' ';
    }
    return in != NULL && sscanf(in, " in %lf us", us) == 1 && sscanf(number, "%lf", amount) == 1;
}

/* Has a command done. Its output says how many of something it did in how many microseconds. */
static bool command_do(struct machine *machine, const char *command, double seconds, double *amount,
                       double *us)
{
    machine_type(machine, command);
    const char *output = machine_wait(machine, "bench status ", seconds);
    bool is_said = output != NULL && result_read(output, amount, us);
    const char *status = output == NULL ? NULL : machine_wait(machine, "\n", seconds);
    if (status != NULL && (status[0] != '0' || !is_said)) {
        machine_complain(machine, "this failed: %s", command);
    }
    return status != NULL && status[0] == '0' && is_said;
}

bool io_machine_do(struct io_machine *machine, const struct io_load *load, uint32_t units,
                   double *us)
{
    char command[COMMAND_MAX];
    double count = (double)units * load->unit, amount;
    command_make(command, machine, load, count);
    io_peer_give((uint64_t)count);
    if (!command_do(machine->machine, command, LOAD_SECONDS, &amount, us)) {
        return false;
    }
    if (amount < count) {
        fprintf(stderr, "bench: %s at the %s: only %.0f of %.0f arrived\n", load->key,
                io_place_names[machine->place], amount, count);
    }
    return true;
}

/* Whoever answers no ping has no network yet. */
static bool network_wait(struct machine *machine)
{
    double amount, us;
    for (int i = 0; i < PING_TRIES; i++) {
        if (command_do(machine, "io ping 10.0.2.2 1\n", PING_SECONDS, &amount, &us)) {
            return true;
        }
    }
    return false;
}

bool io_machine_boot(struct io_machine *machine, enum io_place place, enum io_kind kind)
{
    char *arguments[ARGUMENTS_MAX] = {0};
    size_t count = 0;
    for (; places[place].arguments[count] != NULL && count + 3 < ARGUMENTS_MAX; count++) {
        arguments[count] = places[place].arguments[count];
    }
    arguments[count++] = "-icount";
    arguments[count++] = kinds[kind].icount;
    machine->place = place;
    machine->kind = kind;
    snprintf(machine->log_path, sizeof machine->log_path, LOG_DIR "/bench_io_%s%s.console",
             io_place_names[place], kinds[kind].name);
    machine->machine = machine_start(machine->log_path, NULL, arguments);
    machine_forbid(machine->machine, failures);
    if (!io_count_open(machine->machine) ||
        machine_wait(machine->machine, "bench ready", BOOT_SECONDS) == NULL) {
        return false;
    }
    machine_type(machine->machine, places[place].input);
    return network_wait(machine->machine);
}

void io_machine_end(struct io_machine *machine, bool is_well)
{
    if (!is_well) {
        fprintf(stderr, "bench: %s: %s; see %s\n", io_place_names[machine->place],
                machine_reason(machine->machine), machine->log_path);
    }
    machine_stop(machine->machine);
}
