/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A suite of system tests as a table of cases. Each case prints a line; the last line counts them
 * in the form that the runner of `make test` sums up.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "machine.h"

struct test_case {
    const char *name;
    bool (*run)(
        struct machine *machine); /* false: failed, and machine_reason() or a message says why */
};

/* Runs the cases in order on one machine; NULL where they need none. A case may rely on those
 * before it. Prints the results and the count. Returns the exit status of the suite. */
int cases_run(struct machine *machine, const struct test_case *cases, size_t case_count);

/* Says why the running case fails, where the machine's own reason does not. Returns false. */
bool case_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
