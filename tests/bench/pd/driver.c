/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The RTC's driver: stamps each interrupt, lowers it and acknowledges it.
 */
#include <microkit.h>

#include "channels.h"
#include "pl.h"

uintptr_t rtc_vaddr;
uintptr_t stamps_vaddr;

void init(void)
{
}

void notified(microkit_channel channel)
{
    uint64_t stamp = sysreg_read(cntvct_el0);
    struct rtc_stamps *stamps = (struct rtc_stamps *)stamps_vaddr;
    write32(rtc_vaddr + PL031_IMSC, 0);
    microkit_irq_ack(channel);
    stamps->notified = stamp;
    stamps->acknowledged = sysreg_read(cntvct_el0);
}
