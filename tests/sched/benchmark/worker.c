/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A child that works for a while and then says so.
 */
#include <microkit.h>

#define TO_PARENT 0
#define WORK      200000

void init(void)
{
    for (unsigned i = 0; i < WORK; i++) {
        __asm__ volatile("nop");
    }
    microkit_notify(TO_PARENT);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
