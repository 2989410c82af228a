/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that does half of its work itself, and has a server do the other half.
 */
#include <microkit.h>

#include "stats.h"

#define TO_SERVER 0
#define HALF_US   100

uintptr_t stats_vaddr;

void init(void)
{
    for (;;) {
        stats_spin((struct stats *)stats_vaddr, HALF_US * 625 / 10);
        microkit_ppcall(TO_SERVER, microkit_msginfo_new(0, 0));
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
