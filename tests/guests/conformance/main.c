/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that holds its interrupt controller, timers and firmware against the architecture. It has
 * to pass on bare hardware as it does in a virtual machine. Words of /chosen/bootargs ask for more:
 * `hvc`: firmware calls work by HVC too; `smccc`: SMCCC discovery is there; `exact`: one SPI is
 * pending once for all CPUs and a PPI once for each, which QEMU's model mixes up. Others ask for
 * less: `latched`: the GPIO block's interrupt comes by way of a VMM, which cannot know that the
 * line was lowered again; `smp`: time is not that of counted instructions, so that only the checks
 * on several CPUs make sense.
 */
#include "check.h"
#include "platform.h"
#include "smp.h"
#include "string.h"

void guest_main(void)
{
    if (!platform.gicd || !platform.gicc || !platform.rtc || !platform.gpio) {
        platform_die("the device tree lacks a GICv2, a PL031 or a PL061");
    }
    if (!string_has_word(platform.bootargs, "smp")) {
        distributor_checks();
        spi_checks();
        device_checks();
        sgi_checks();
        interface_checks();
        timer_checks();
        firmware_checks();
    }
    if (cpu_count() > 1) {
        smp_firmware_checks();
        smp_sgi_checks();
        smp_spi_checks();
    }
    checks_summarise();
}
