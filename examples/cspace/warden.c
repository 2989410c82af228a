/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A PD with power over another that is not its child: its <cspace> holds the clerk's thread. What
 * the clerk is sent while it is stopped it does when it goes on.
 */
#include <microkit.h>

#define CLERK         PD_SLOT(4) /* the slot in cspace.system */
#define CLERK_CHANNEL 0

volatile const unsigned *tally; /* the clerk's count, which the warden can only read */

/* The clerk has the higher priority, so if it can it counts before the warden goes on. */
static void ask(const char *when)
{
    microkit_notify(CLERK_CHANNEL);
    microkit_dbg_puts("warden: ");
    microkit_dbg_puts(when);
    microkit_dbg_puts(", the tally is ");
    microkit_dbg_put32(*tally);
    microkit_dbg_puts("\n");
}

void init(void)
{
    ask("asked");
    microkit_pd_stop(CLERK);
    ask("asked the stopped clerk");
    microkit_pd_resume(CLERK);
    microkit_dbg_puts("warden: resumed the clerk, the tally is ");
    microkit_dbg_put32(*tally);
    microkit_dbg_puts("\n");
    ask("asked again");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
