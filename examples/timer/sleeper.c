/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A client of the clock: sleeps three times for two seconds and says how long it was.
 */
#include <microkit.h>

#include "clock.h"

#define CLOCK_CHANNEL 0
#define SLEEP_SECONDS 2
#define SLEEP_COUNT   3

static uint64_t fell_asleep;
static unsigned sleeps;

static uint64_t clock_now(void)
{
    microkit_ppcall(CLOCK_CHANNEL, microkit_msginfo_new(CLOCK_NOW, 0));
    return microkit_mr_get(0);
}

static void sleep(void)
{
    fell_asleep = clock_now();
    microkit_mr_set(0, fell_asleep + SLEEP_SECONDS);
    microkit_ppcall(CLOCK_CHANNEL, microkit_msginfo_new(CLOCK_WAKE_AT, 1));
}

void init(void)
{
    sleep();
}

void notified(microkit_channel ch)
{
    (void)ch;
    sleeps++;
    microkit_dbg_puts("sleeper: woken after ");
    microkit_dbg_put32((uint32_t)(clock_now() - fell_asleep));
    microkit_dbg_puts(" s\n");
    if (sleeps < SLEEP_COUNT) {
        sleep();
    }
}
