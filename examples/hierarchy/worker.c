/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A child that fails: each time it runs it writes where nothing is mapped. A restart is a new start
 * of the thread; the memory stays, so the worker knows how often it has run.
 */
#include <microkit.h>

static unsigned run_count;

void init(void)
{
    run_count++;
    microkit_dbg_puts("worker: run ");
    microkit_dbg_put32(run_count);
    microkit_dbg_puts("\n");
    *(volatile unsigned *)(uintptr_t)(run_count * 0x1000) = 0;
    microkit_dbg_puts("worker: that should not have worked\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
