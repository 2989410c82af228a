/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Three clients on one UART: their lines are told apart, the input goes where it is switched to,
 * and none that misbehaves keeps the others from working. On QEMU's virt board with a PL011; with
 * the argument `odroidc4` on our model of that board, with a Meson UART.
 */
#include <string.h>

#include "cases.h"

#define WAIT_SECONDS 60

#define ALICE  "\x1b[31malice|\x1b[0m "
#define BOB    "\x1b[32mbob  |\x1b[0m "
#define CAROL  "\x1b[33mcarol|\x1b[0m "
#define INPUT  "\x1b[34minput|\x1b[0m "
#define SWITCH "\x1c"

static bool says(struct machine *machine, const char *line)
{
    return machine_wait(machine, line, WAIT_SECONDS) != NULL ||
           case_fail("\"%s\" does not come: %s", line, machine_reason(machine));
}

/* Types something and waits for what comes of it. */
static bool answers(struct machine *machine, const char *typed, const char *line)
{
    machine_type(machine, typed);
    return says(machine, line);
}

static bool all_print(struct machine *machine)
{
    return says(machine, "Begin input\n") && says(machine, INPUT "0 alice  <- has the input\r\n") &&
           says(machine, INPUT "1 bob\r\n" INPUT "2 carol\r\n") &&
           says(machine, ALICE "here\r\n") && says(machine, BOB "here\r\n") &&
           says(machine, CAROL "here\r\n");
}

static bool first_has_the_input(struct machine *machine)
{
    return answers(machine, "hello\r", ALICE "you typed hello\r\n");
}

static bool input_is_switched(struct machine *machine)
{
    return answers(machine, SWITCH "1\r", INPUT "input goes to 1 bob\r\n") &&
           answers(machine, "hi\r", BOB "you typed hi\r\n");
}

static bool unknown_number_is_refused(struct machine *machine)
{
    return answers(machine, SWITCH "3\r",
                   INPUT "no client has that number: input goes to 1 bob\r\n") &&
           answers(machine, "still me\r", BOB "you typed still me\r\n");
}

static bool flood_starves_nobody(struct machine *machine)
{
    return answers(machine, SWITCH "2\r", INPUT "input goes to 2 carol\r\n") &&
           answers(machine, "flood\r", CAROL "flood 1000\r\n") &&
           answers(machine, SWITCH "0\r", INPUT "input goes to 0 alice\r\n") &&
           answers(machine, "and I?\r", ALICE "you typed and I?\r\n") &&
           says(machine, CAROL "flood ") &&
           answers(machine, SWITCH "2\r", INPUT "input goes to 2 carol\r\n") &&
           answers(machine, "stop\r", CAROL "you typed stop\r\n");
}

/* Every line so far is one client's: it has its prefix, at its beginning and nowhere else. */
static bool lines_are_whole(struct machine *machine)
{
    static const char *const prefixes[] = {ALICE, BOB, CAROL, INPUT};
    const char *at = strstr(machine_output(machine), "Begin input\n") + strlen("Begin input\n");
    size_t count = 0;
    for (const char *end; (end = strstr(at, "\r\n")) != NULL; at = end + 2, count++) {
        size_t length = 0;
        for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
            if (strncmp(at, prefixes[i], strlen(prefixes[i])) == 0) {
                length = strlen(prefixes[i]);
            }
        }
        if (length == 0 || memchr(at + length, '\x1b', (size_t)(end - at) - length) != NULL) {
            return case_fail("line %zu: %.*s", count, (int)(end - at), at);
        }
    }
    return count > 1000 || case_fail("only %zu lines", count);
}

/* The queue of one who does not read holds 4096 bytes. */
static bool deaf_client_blocks_nobody(struct machine *machine)
{
    bool ok = answers(machine, SWITCH "1\r", INPUT "input goes to 1 bob\r\n") &&
              answers(machine, "deaf\r", BOB "you typed deaf\r\n");
    for (unsigned i = 0; ok && i < 64; i++) {
        machine_type(machine,
                     "0123456789012345678901234567890123456789012345678901234567890123456");
    }
    return ok &&
           says(machine, INPUT "what is typed is lost until it is read: input goes to 1 bob\r\n") &&
           answers(machine, SWITCH "0\r", INPUT "input goes to 0 alice\r\n") &&
           answers(machine, "I am here\r", ALICE "you typed I am here\r\n");
}

static bool broken_client_harms_nobody(struct machine *machine)
{
    return answers(machine, SWITCH "2\r", INPUT "input goes to 2 carol\r\n") &&
           answers(machine, "break\r", "the queue of carol is broken") &&
           answers(machine, SWITCH "0\r", INPUT "input goes to 0 alice\r\n") &&
           answers(machine, "fine\r", ALICE "you typed fine\r\n");
}

static bool help_is_at_hand(struct machine *machine)
{
    return answers(machine, SWITCH "?", INPUT "2 carol\r\n") &&
           says(machine,
                INPUT "Ctrl-\\, a number, Enter: another gets it; Ctrl-\\ ?: this list\r\n");
}

static const struct test_case cases[] = {
    {"each client's lines have its name and colour", all_print},
    {"the first client has the input", first_has_the_input},
    {"the input is switched by number, and it is said to whom", input_is_switched},
    {"an unknown number changes nothing", unknown_number_is_refused},
    {"a client that floods the output starves nobody", flood_starves_nobody},
    {"no lines are mixed", lines_are_whole},
    {"a client that does not read blocks nobody", deaf_client_blocks_nobody},
    {"a client with a broken queue harms nobody", broken_client_harms_nobody},
    {"the clients are listed", help_is_at_hand},
};

int main(int argc, char **argv)
{
    char *odroidc4[] = {BUILD_DIR "/boards/odroidc4/qemu-system-aarch64",
                        "-machine",
                        "odroidc4",
                        "-display",
                        "none",
                        "-serial",
                        "stdio",
                        "-kernel",
                        BUILD_DIR "/tests/serial/odroidc4/serial.img",
                        NULL};
    bool is_odroidc4 = argc > 1 && strcmp(argv[1], "odroidc4") == 0;
    struct machine *machine =
        is_odroidc4 ? machine_start(BUILD_DIR "/tests/log/serial_odroidc4.console", NULL, odroidc4)
                    : machine_boot_virt(BUILD_DIR "/tests/serial/qemu_virt_aarch64/serial.img",
                                        BUILD_DIR "/tests/log/serial_virt.console", false);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
