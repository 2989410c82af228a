/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that holds its interrupt controller, timers and firmware against the architecture. It has
 * to pass on bare hardware as it does in a virtual machine. Words of /chosen/bootargs ask for more:
 * `hvc`: firmware calls work by HVC too; `smccc`: SMCCC discovery is there. One asks for less,
 * `latched`: the GPIO block's interrupt comes by way of a VMM, which cannot know that the line was
 * lowered again.
 */
#include "check.h"
#include "platform.h"

void guest_main(void)
{
    if (!platform.gicd || !platform.gicc || !platform.rtc || !platform.gpio) {
        platform_die("the device tree lacks a GICv2, a PL031 or a PL061");
    }
    distributor_checks();
    spi_checks();
    device_checks();
    sgi_checks();
    interface_checks();
    timer_checks();
    firmware_checks();
    checks_summarise();
}
