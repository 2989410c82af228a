/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A suite of system tests. See cases.h.
 */
#include "cases.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char failure[512];

bool case_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(failure, sizeof(failure), format, arguments);
    va_end(arguments);
    return false;
}

int cases_run(struct machine *machine, const struct test_case *cases, size_t case_count)
{
    size_t failed = 0;

    for (size_t i = 0; i < case_count; i++) {
        double start = clock_seconds();

        failure[0] = '\0';
        if (cases[i].run(machine)) {
            printf("ok   %s (%.1f s)\n", cases[i].name, clock_seconds() - start);
        } else {
            const char *reason = machine != NULL ? machine_reason(machine) : "";

            failed++;
            printf("FAIL %s: %s\n", cases[i].name, failure[0] != '\0' ? failure : reason);
        }
        fflush(stdout);
    }
    printf("%zu passed, %zu failed\n", case_count - failed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
