/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A passive server: it works for a while on its caller's time, and has the next server, if there is
 * one, do as much.
 */
#include <microkit.h>

#include "stats.h"

#define TO_NEXT 1
#define WORK_US 50

uintptr_t stats_vaddr;

void init(void)
{
    if (!microkit_passive) {
        microkit_dbg_puts("sched wrong: the server is not passive\n");
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    stats_spin((struct stats *)stats_vaddr, WORK_US * 625 / 10);
    if ((microkit_pps >> TO_NEXT & 1) != 0) {
        microkit_ppcall(TO_NEXT, msginfo);
    }
    return msginfo;
}
