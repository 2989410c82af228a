/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest pays for the events of its life, in instructions: the guest half of `make bench`.
 * Prints a line `bench KEY VALUE` for each, and `bench end`.
 */
#include "console.h"
#include "events.h"
#include "gic.h"
#include "platform.h"

void guest_main(void)
{
    if (!platform.gicd || !platform.gicc || !platform.rtc || !platform.gpio) {
        platform_die("the device tree lacks a GICv2, a PL031 or a PL061");
    }
    gic_init();
    traps_measure();
    timer_measure();
    wfi_measure();
    spi_measure();
    sgi_measure();
    stolen_measure();
    print("bench end\n");
}
