/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Does this and that between two parts of a line: calls, prints more than fits, waits, faults.
 */
#include <microkit.h>

#define ANSWERER 0

static void print_long_line(void)
{
    for (unsigned i = 0; i < 100; i++) {
        microkit_dbg_puts("ten bytes,");
    }
    microkit_dbg_puts(" that is all\n");
}

void init(void)
{
    microkit_dbg_puts("pauser: calls, ");
    microkit_ppcall(ANSWERER, microkit_msginfo_new(0, 0));
    microkit_dbg_puts("goes on\n");
    print_long_line();
    microkit_dbg_puts("pauser: waits, ");
}

void notified(microkit_channel ch)
{
    (void)ch;
    microkit_dbg_puts("pauser: faults");
    *(volatile int *)8 = 0;
}
