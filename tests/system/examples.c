/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Every small example, each on a machine of its own: what is typed on the console, and what the
 * programs have to answer, in that order; those that need no device also on QEMU's ZCU102. The
 * machine counts instructions, one a nanosecond, and skips the time in which nothing runs, so that
 * each run is the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "machine.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define EXPECTED_MAX 16
#define WAIT_SECONDS 60

struct example {
    const char *name;
    bool needs_device;                  /* of the virt board */
    const char *typed;                  /* after the first line; NULL: nothing */
    const char *expected[EXPECTED_MAX]; /* lines in order, NULL-terminated */
};

static const struct board_machine {
    const char *name;
    char *machine;    /* QEMU's -machine */
    bool has_devices; /* those that the examples drive */
} boards[] = {
    {"qemu_virt_aarch64", "virt,virtualization=on,gic-version=2", true},
    {"zcu102", "xlnx-zcu102,virtualization=on", false},
};

/* What no example says, wherever it comes. */
static const char *const failures[] = {"ERROR", "should not", NULL};

static const struct example examples[] = {
    {"hello", false, NULL, {"hello, world"}},
    {"hierarchy",
     false,
     NULL,
     {"supervisor: ready", "worker: run 1", "supervisor: child 1 failed at address 4096: once more",
      "worker: run 2", "supervisor: child 1 failed at address 8192: once more", "worker: run 3",
      "supervisor: child 1 failed at address 12288: enough", "bystander: my turn at last"}},
    {"passive_server",
     false,
     NULL,
     {"account: open", "alice pays in 30, balance 30", "alice asks for 50, but has 30",
      "bob pays in 30, balance 60", "bob asks for 50, balance 10"}},
    {"setvar",
     false,
     NULL,
     {"frame_vaddr is 268435456", "frame_size is 65536", "frame_paddr is 1610612736",
      "bytes of anywhere_paddr below 2 MiB: 0", "child_id is 5", "child_channel is 7",
      "the child answers on channel 7"}},
    {"prefill",
     false,
     NULL,
     {"This text is a file on the computer that built the image,",
      "and a read-only memory region of the program that prints it.",
      "reader: that was 119 bytes"}},
    {"domains",
     false,
     NULL,
     {"greedy: I shall never stop", "patient: away for 3 ms", "patient: away for 3 ms",
      "patient: away for 3 ms", "patient: seen enough"}},
    {"cspace",
     false,
     NULL,
     {"warden: asked, the tally is 1", "warden: asked the stopped clerk, the tally is 1",
      "warden: resumed the clerk, the tally is 2", "warden: asked again, the tally is 3"}},
    {"smc", false, NULL, {"firmware: PSCI 1.1"}},
    {"timer",
     true,
     NULL,
     {"sleeper: woken after 2 s", "sleeper: woken after 2 s", "sleeper: woken after 2 s"}},
    {"serial", true, "hello, driver\r", {"echo: type something", "HELLO, DRIVER"}},
};

static struct machine *example_start(const struct board_machine *board, const char *name)
{
    char image[256], log[256];
    snprintf(image, sizeof(image), BUILD_DIR "/examples/%s/%s/%s.img", name, board->name, name);
    snprintf(log, sizeof(log), BUILD_DIR "/tests/log/example_%s_%s.console", name, board->name);
    char *arguments[] = {"qemu-system-aarch64",
                         "-machine",
                         board->machine,
                         "-cpu",
                         "cortex-a53",
                         "-m",
                         "2G",
                         "-icount",
                         "shift=0,sleep=off",
                         "-rtc",
                         "clock=vm",
                         "-display",
                         "none",
                         "-audiodev",
                         "none,id=silent",
                         "-nic",
                         "none",
                         "-serial",
                         "stdio",
                         "-kernel",
                         image,
                         NULL};
    struct machine *machine = machine_start(log, NULL, arguments);
    machine_forbid(machine, failures);
    return machine;
}

/* Returns the first line that does not come; NULL if all do. */
static const char *example_play(struct machine *machine, const struct example *example)
{
    for (size_t i = 0; example->expected[i] != NULL; i++) {
        char line[256];
        snprintf(line, sizeof(line), "%s\r\n", example->expected[i]);
        if (machine_wait(machine, line, WAIT_SECONDS) == NULL) {
            return example->expected[i];
        }
        if (i == 0 && example->typed != NULL) {
            machine_type(machine, example->typed);
        }
    }
    return NULL;
}

static bool example_run(const struct board_machine *board, const struct example *example)
{
    struct machine *machine = example_start(board, example->name);
    const char *missing = example_play(machine, example);

    if (missing == NULL) {
        printf("ok   %s on %s\n", example->name, board->name);
    } else {
        printf("FAIL %s on %s: \"%s\": %s\n", example->name, board->name, missing,
               machine_reason(machine));
    }
    machine_stop(machine);
    return missing == NULL;
}

int main(void)
{
    size_t passed = 0, failed = 0;

    for (size_t i = 0; i < COUNT(boards); i++) {
        for (size_t j = 0; j < COUNT(examples); j++) {
            if (examples[j].needs_device && !boards[i].has_devices) {
                continue;
            }
            if (example_run(&boards[i], &examples[j])) {
                passed++;
            } else {
                failed++;
            }
        }
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
