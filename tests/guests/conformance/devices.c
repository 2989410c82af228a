/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two devices whose level interrupt a store raises and lowers; see devices.h.
 */
#include "devices.h"
#include "pl.h"
#include "platform.h"

void devices_prepare(void)
{
    pl031_match(platform.rtc);
    pl061_low_pin(platform.gpio);
}

void device_drive(uint32_t intid, bool high)
{
    if (intid == platform.rtc_irq) {
        write32(platform.rtc + PL031_IMSC, high);
    } else {
        write32(platform.gpio + PL061_IE, high ? PL061_PIN : 0);
    }
}

void devices_lower(void)
{
    write32(platform.rtc + PL031_IMSC, 0);
    write32(platform.gpio + PL061_IE, 0);
}
