/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that never stops by itself.
 */
#include <microkit.h>

#include "stats.h"

uintptr_t stats_vaddr;

void init(void)
{
    for (;;) {
        stats_tick((struct stats *)stats_vaddr);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
