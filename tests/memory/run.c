/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * libmicrokit's memcpy and its like, tried by a program on the board.
 */
#include <string.h>

#include "cases.h"

#define SECONDS 60

static bool all_right(struct machine *none)
{
    static const char *const faults[] = {"fault", NULL};
    (void)none;
    struct machine *machine = machine_boot_virt(BUILD_DIR "/tests/memory/memory.img",
                                                BUILD_DIR "/tests/log/memory.console", false);
    machine_forbid(machine, faults);
    const char *output = machine_wait(machine, " tries", SECONDS);
    bool right = output != NULL && strstr(output, "memory: right, after ") != NULL;
    if (!right) {
        case_fail("%s", output != NULL ? output : machine_reason(machine));
    }
    machine_stop(machine);
    return right;
}

static const struct test_case cases[] = {
    {"memcpy, memmove, memset and memcmp at every alignment", all_right},
};

int main(void)
{
    return cases_run(NULL, cases, sizeof(cases) / sizeof(*cases));
}
