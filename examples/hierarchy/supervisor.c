/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A parent: when one of its children faults it learns where, starts the child again, and stops it
 * when that has not helped three times.
 */
#include <microkit.h>

#define FAILURES_MAX  3
#define PROGRAM_ENTRY 0x200000 /* microkit.ld puts _start there, in every program */

static unsigned failures;

void init(void)
{
    microkit_dbg_puts("supervisor: ready\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

/* Of a fault on memory, message register 1 is the address (VA of the child). */
bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply_msginfo)
{
    (void)msginfo;
    (void)reply_msginfo;
    failures++;
    microkit_dbg_puts("supervisor: child ");
    microkit_dbg_put32(child);
    microkit_dbg_puts(" failed at address ");
    microkit_dbg_put32((uint32_t)microkit_mr_get(1));
    if (failures < FAILURES_MAX) {
        microkit_dbg_puts(": once more\n");
        microkit_pd_restart(child, PROGRAM_ENTRY);
    } else {
        microkit_dbg_puts(": enough\n");
        microkit_pd_stop(child);
    }
    return false; /* no answer: the child is not to repeat the access */
}
