/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of an SPI that software makes pending: pending, enabled, active, in every order
 * (IHI 0048B 3.2.4). Run on one that no device drives, and on those of two devices.
 */
#include "check.h"

#define SPI   60
#define OTHER 61

static bool pending_set_and_clear(uint32_t intid)
{
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(gicd_bit(GICD_ISPENDR, intid) && gicd_bit(GICD_ICPENDR, intid));
    EXPECT(!gicd_bit(GICD_ISPENDR, OTHER));
    gicd_bit_write(GICD_ICPENDR, intid);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ICPENDR, intid));
    gic_enable(intid);
    EXPECT(window_open() == 0);
    return true;
}

static bool pending_then_enabled(uint32_t intid)
{
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 0);
    gic_enable(intid);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ISACTIVER, intid));
    return true;
}

static bool enabled_then_pending(uint32_t intid)
{
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(gicc_read(GICC_HPPIR) == intid);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool disabled_while_pending(uint32_t intid)
{
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    gic_disable(intid);
    EXPECT(gicc_read(GICC_IAR) == GIC_SPURIOUS);
    EXPECT(window_open() == 0);
    EXPECT(gicd_bit(GICD_ISPENDR, intid)); /* kept */
    gic_enable(intid);
    EXPECT(window_open() == 1);
    return true;
}

static bool cleared_while_enabled(uint32_t intid)
{
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    gicd_bit_write(GICD_ICPENDR, intid);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    EXPECT(window_open() == 0);
    return true;
}

static uint32_t seen_active;
static uint32_t seen_pending;

static void look(uint32_t intid)
{
    seen_active = gicd_bit(GICD_ISACTIVER, intid);
    seen_pending = gicd_bit(GICD_ISPENDR, intid);
}

static bool active_in_handler(uint32_t intid)
{
    irq_body = look;
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 1);
    EXPECT(seen_active && !seen_pending);
    EXPECT(!gicd_bit(GICD_ISACTIVER, intid));
    return true;
}

static void pend_again(uint32_t intid)
{
    if (irq_log.count == 1) {
        gicd_bit_write(GICD_ISPENDR, intid);
        look(intid);
    }
}

static bool active_and_pending(uint32_t intid)
{
    irq_body = pend_again;
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(sleep_for(2, IRQ_VTIMER) == 2);
    EXPECT(seen_active && seen_pending);
    EXPECT(irq_log.iar[0] == intid && irq_log.iar[1] == intid);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ISACTIVER, intid));
    return true;
}

static void pend_and_take_back(uint32_t intid)
{
    gicd_bit_write(GICD_ISPENDR, intid);
    gicd_bit_write(GICD_ICPENDR, intid);
    look(intid);
}

static bool active_and_pending_cleared(uint32_t intid)
{
    irq_body = pend_and_take_back;
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 1);
    EXPECT(seen_active && !seen_pending);
    return true;
}

static bool set_active_holds_back(uint32_t intid)
{
    gic_enable(intid);
    gicd_bit_write(GICD_ISACTIVER, intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 0);
    EXPECT(gicd_bit(GICD_ISPENDR, intid) && gicd_bit(GICD_ISACTIVER, intid));
    gicd_bit_write(GICD_ICACTIVER, intid);
    EXPECT(window_open() == 1);
    return true;
}

static bool edge_configuration(uint32_t intid)
{
    gicd_write(GICD_ICFGR + intid / 16 * 4, 2u << intid % 16 * 2);
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool distributor_off_holds_back(uint32_t intid)
{
    gicd_write(GICD_CTLR, 0);
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(window_open() == 0);
    gicd_write(GICD_CTLR, 1);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool distributor_turned_off(uint32_t intid)
{
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    gicd_write(GICD_CTLR, 0);
    EXPECT(gicc_read(GICC_IAR) == GIC_SPURIOUS);
    EXPECT(window_open() == 0);
    gicd_write(GICD_CTLR, 1);
    EXPECT(window_open() == 1);
    return true;
}

static bool pended_many_times(uint32_t intid)
{
    gic_enable(intid);
    for (uint32_t i = 1; i <= 20; i++) {
        log_clear();
        gicd_bit_write(GICD_ISPENDR, intid);
        EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    }
    return true;
}

/* More at once than any GICv2 has list registers: every one comes, in order of priority. */
static bool many_at_once(uint32_t intid)
{
    (void)intid;
    for (uint32_t i = 0; i < 16; i++) {
        gic_priority(SPI + i, (uint8_t)(0x80 - 8 * i));
        gic_enable(SPI + i);
    }
    gicd_write(GICD_ISPENDR + SPI / 32 * 4, 0xf0000000); /* 60..63 */
    gicd_write(GICD_ISPENDR + SPI / 32 * 4 + 4, 0xfff);  /* 64..75 */
    EXPECT(window_open() == 16);
    for (uint32_t i = 0; i < 16; i++) {
        EXPECT(irq_log.iar[i] == SPI + 15 - i);
    }
    return true;
}

/* More than there are list registers, three of them active: none is lost, and none holds up
 * another. */
static bool many_active_and_pending(uint32_t intid)
{
    (void)intid;
    for (uint32_t i = 0; i < 12; i++) {
        gic_enable(SPI + i);
        if (i < 3) {
            gicd_bit_write(GICD_ISACTIVER, SPI + i);
        }
    }
    gicd_write(GICD_ISPENDR + SPI / 32 * 4, 0xf0000000); /* 60..63 */
    gicd_write(GICD_ISPENDR + SPI / 32 * 4 + 4, 0xff);   /* 64..71 */
    EXPECT(window_open() == 9);                          /* those that are not active */
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT(gicd_bit(GICD_ISACTIVER, SPI + i) && gicd_bit(GICD_ISPENDR, SPI + i));
        gicd_bit_write(GICD_ICACTIVER, SPI + i);
    }
    EXPECT(window_open() == 12);
    return true;
}

void spi_checks(void)
{
    const uint32_t intids[] = {SPI, platform.rtc_irq, platform.gpio_irq};
    for (size_t i = 0; i < sizeof intids / sizeof *intids; i++) {
        const struct check checks[] = {
            CHECK_ON(pending_set_and_clear, intids[i]),
            CHECK_ON(pending_then_enabled, intids[i]),
            CHECK_ON(enabled_then_pending, intids[i]),
            CHECK_ON(disabled_while_pending, intids[i]),
            CHECK_ON(cleared_while_enabled, intids[i]),
            CHECK_ON(active_in_handler, intids[i]),
            CHECK_ON(active_and_pending, intids[i]),
            CHECK_ON(active_and_pending_cleared, intids[i]),
            CHECK_ON(set_active_holds_back, intids[i]),
            CHECK_ON(edge_configuration, intids[i]),
            CHECK_ON(distributor_off_holds_back, intids[i]),
            CHECK_ON(distributor_turned_off, intids[i]),
            CHECK_ON(pended_many_times, intids[i]),
        };
        checks_run(checks, sizeof checks / sizeof *checks);
    }
    static const struct check checks[] = {CHECK(many_at_once), CHECK(many_active_and_pending)};
    checks_run(checks, sizeof checks / sizeof *checks);
}
