/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * SPIs as devices drive them: level and edge, with the line changing at the worst moments.
 */
#include "check.h"
#include "devices.h"
#include "string.h"

static void lower(uint32_t intid)
{
    device_drive(intid, false);
}

static void lower_at_third(uint32_t intid)
{
    if (irq_log.count == 3) {
        device_drive(intid, false);
    }
}

/* False where the interrupt cannot be made edge-triggered, as in a VM that is given a level one. */
static bool edge_configure(uint32_t intid)
{
    gicd_write(GICD_ICFGR + intid / 16 * 4, 2u << intid % 16 * 2);
    return gicd_read(GICD_ICFGR + intid / 16 * 4) >> intid % 16 * 2 & 2;
}

static bool line_raised_and_lowered(uint32_t intid)
{
    irq_body = lower;
    gic_enable(intid);
    for (uint32_t i = 0; i < 20; i++) {
        log_clear();
        device_drive(intid, true);
        EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    }
    EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ISACTIVER, intid));
    return true;
}

static bool line_still_high_fires_again(uint32_t intid)
{
    irq_body = lower_at_third;
    gic_enable(intid);
    device_drive(intid, true);
    EXPECT(sleep_for(3, IRQ_VTIMER) == 3);
    EXPECT(window_open() == 3);
    return true;
}

static bool line_raised_while_disabled(uint32_t intid)
{
    irq_body = lower;
    device_drive(intid, true);
    EXPECT(window_open() == 0);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    gic_enable(intid);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool line_lowered_while_disabled(uint32_t intid)
{
    device_drive(intid, true);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    device_drive(intid, false);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    gic_enable(intid);
    EXPECT(window_open() == 0);
    return true;
}

static bool line_lowered_while_masked(uint32_t intid)
{
    gic_enable(intid);
    device_drive(intid, true);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    device_drive(intid, false);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    EXPECT(window_open() == 0);
    return true;
}

static bool line_high_outlives_clear(uint32_t intid)
{
    irq_body = lower;
    gic_enable(intid);
    device_drive(intid, true);
    gicd_bit_write(GICD_ICPENDR, intid); /* a level line that is high stays pending: 4.3.8 */
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    EXPECT(window_open() == 1);
    return true;
}

static bool line_disabled_and_enabled(uint32_t intid)
{
    irq_body = lower;
    gic_enable(intid);
    device_drive(intid, true);
    gic_disable(intid);
    EXPECT(window_open() == 0);
    gic_enable(intid);
    EXPECT(window_open() == 1);
    return true;
}

static bool edge_fires_once(uint32_t intid)
{
    if (!edge_configure(intid)) {
        return true;
    }
    gic_enable(intid);
    device_drive(intid, true);
    EXPECT(window_open() == 1);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    device_drive(intid, false);
    EXPECT(window_open() == 1);
    device_drive(intid, true);
    EXPECT(window_open() == 2);
    return true;
}

static bool edge_is_remembered(uint32_t intid)
{
    if (!edge_configure(intid)) {
        return true;
    }
    device_drive(intid, true);
    device_drive(intid, false);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    gic_enable(intid);
    EXPECT(window_open() == 1);
    return true;
}

static void pulse_again(uint32_t intid)
{
    if (irq_log.count == 1) {
        device_drive(intid, false);
        device_drive(intid, true);
    }
}

static bool edge_in_handler(uint32_t intid)
{
    irq_body = pulse_again;
    if (!edge_configure(intid)) {
        return true;
    }
    gic_enable(intid);
    device_drive(intid, true);
    EXPECT(sleep_for(2, IRQ_VTIMER) == 2);
    return true;
}

void device_checks(void)
{
    const uint32_t intids[] = {platform.rtc_irq, platform.gpio_irq};
    bool is_latched = string_has_word(platform.bootargs, "latched");
    devices_prepare();
    for (size_t i = 0; i < sizeof intids / sizeof *intids; i++) {
        const struct check checks[] = {
            CHECK_ON(line_raised_and_lowered, intids[i]),
            CHECK_ON(line_still_high_fires_again, intids[i]),
            CHECK_ON(line_raised_while_disabled, intids[i]),
            CHECK_ON(line_high_outlives_clear, intids[i]),
            CHECK_ON(line_disabled_and_enabled, intids[i]),
            CHECK_ON(edge_fires_once, intids[i]),
            CHECK_ON(edge_is_remembered, intids[i]),
            CHECK_ON(edge_in_handler, intids[i]),
        };
        const struct check lowering[] = {
            CHECK_ON(line_lowered_while_disabled, intids[i]),
            CHECK_ON(line_lowered_while_masked, intids[i]),
        };
        checks_run(checks, sizeof checks / sizeof *checks);
        if (!is_latched || intids[i] != platform.gpio_irq) {
            checks_run(lowering, sizeof lowering / sizeof *lowering);
        }
    }
}
