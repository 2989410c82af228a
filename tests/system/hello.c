/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The smallest system: loader, kernel, one PD that prints a line on the debug console.
 */
#include "cases.h"

static bool says_hello(struct machine *machine)
{
    return machine_wait(machine, "hello, world\r\n", 20) != NULL;
}

static const struct test_case cases[] = {
    {"a PD prints on the debug console", says_hello},
};

int main(void)
{
    static char *const arguments[] = {"qemu-system-aarch64",
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
                                      BUILD_DIR "/examples/hello/qemu_virt_aarch64/hello.img",
                                      NULL};
    struct machine *machine = machine_start(BUILD_DIR "/tests/log/hello.console", NULL, arguments);
    int status = cases_run(machine, cases, sizeof(cases) / sizeof(*cases));

    machine_stop(machine);
    return status;
}
