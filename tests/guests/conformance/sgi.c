/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Software-generated interrupts (IHI 0048B 4.3.15 to 4.3.17).
 */
#include "check.h"
#include "cpus.h"

static bool sgi_each_to_self(uint32_t intid)
{
    (void)intid;
    gicd_write(GICD_ISENABLER, 0xffff);
    for (uint32_t sgi = 0; sgi < 16; sgi++) {
        log_clear();
        gicd_write(GICD_SGIR, GICD_SGIR_SELF | sgi);
        EXPECT(window_open() == 1 && irq_log.iar[0] == sgi); /* source CPU 0 in bits 12:10 */
    }
    return true;
}

static bool sgi_by_target_list(uint32_t intid)
{
    (void)intid;
    gic_enable(3);
    gicd_write(GICD_SGIR, GICD_SGIR_LIST(1) | 3);
    EXPECT(window_open() == 1 && irq_log.iar[0] == 3);
    gicd_write(GICD_SGIR, GICD_SGIR_LIST(0xffu << cpu_count() & 0xff) | 3); /* absent CPUs */
    gicd_write(GICD_SGIR, GICD_SGIR_LIST(0) | 3);
    EXPECT(window_open() == 1);
    return true;
}

static bool sgi_all_but_self(uint32_t intid)
{
    (void)intid;
    gic_enable(3);
    gicd_write(GICD_SGIR, GICD_SGIR_OTHERS | 3);
    EXPECT(window_open() == 0);
    return true;
}

static bool sgi_pending_shows(uint32_t intid)
{
    (void)intid;
    gic_enable(5);
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 5);
    EXPECT(gicd_bit(GICD_ISPENDR, 5) && gicd_bit(GICD_ICPENDR, 5));
    EXPECT(read8(platform.gicd + GICD_SPENDSGIR + 5) == 1);
    EXPECT(read8(platform.gicd + GICD_CPENDSGIR + 5) == 1);
    gicd_bit_write(GICD_ICPENDR, 5); /* SGIs: writes are ignored */
    EXPECT(gicd_bit(GICD_ISPENDR, 5));
    EXPECT(window_open() == 1);
    EXPECT(!gicd_bit(GICD_ISPENDR, 5));
    gicd_bit_write(GICD_ISPENDR, 5);
    EXPECT(!gicd_bit(GICD_ISPENDR, 5));
    return true;
}

static bool sgi_set_and_clear_pending(uint32_t intid)
{
    (void)intid;
    gic_enable(6);
    write8(platform.gicd + GICD_SPENDSGIR + 6, 1);
    EXPECT(read8(platform.gicd + GICD_CPENDSGIR + 6) == 1);
    write8(platform.gicd + GICD_CPENDSGIR + 6, 1);
    EXPECT(read8(platform.gicd + GICD_SPENDSGIR + 6) == 0);
    EXPECT(window_open() == 0);
    gicd_write(GICD_ISENABLER, 0xf0);
    gicd_write(GICD_SPENDSGIR + 4, 0x01010101); /* by word: SGIs 4 to 7 */
    EXPECT(window_open() == 4 && irq_log.iar[0] == 4 && irq_log.iar[3] == 7);
    return true;
}

static bool sgi_twice_is_once(uint32_t intid)
{
    (void)intid;
    gic_enable(7);
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 7);
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 7);
    EXPECT(window_open() == 1);
    return true;
}

static void send_again(uint32_t intid)
{
    if (irq_log.count == 1) {
        gicd_write(GICD_SGIR, GICD_SGIR_SELF | intid);
    }
}

static bool sgi_from_its_handler(uint32_t intid)
{
    (void)intid;
    irq_body = send_again;
    gic_enable(8);
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 8);
    EXPECT(window_open() == 2 && irq_log.iar[1] == 8);
    return true;
}

static bool sgi_disabled_waits(uint32_t intid)
{
    (void)intid;
    gic_disable(9);
    if (gicd_bit(GICD_ISENABLER, 9)) {
        return true; /* SGIs may be permanently enabled: 4.3.5 */
    }
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 9);
    EXPECT(window_open() == 0);
    gic_enable(9);
    EXPECT(window_open() == 1);
    return true;
}

static bool sgi_all_at_once(uint32_t intid)
{
    (void)intid;
    gicd_write(GICD_ISENABLER, 0xffff);
    for (uint32_t sgi = 0; sgi < 16; sgi++) {
        gic_priority(sgi, (uint8_t)(0xa0 - 8 * sgi));
        gicd_write(GICD_SGIR, GICD_SGIR_SELF | sgi);
    }
    EXPECT(window_open() == 16);
    for (uint32_t i = 0; i < 16; i++) {
        EXPECT(irq_log.iar[i] == 15 - i);
    }
    return true;
}

void sgi_checks(void)
{
    static const struct check checks[] = {
        CHECK(sgi_each_to_self),     CHECK(sgi_by_target_list),        CHECK(sgi_all_but_self),
        CHECK(sgi_pending_shows),    CHECK(sgi_set_and_clear_pending), CHECK(sgi_twice_is_once),
        CHECK(sgi_from_its_handler), CHECK(sgi_disabled_waits),        CHECK(sgi_all_at_once),
    };
    checks_run(checks, sizeof checks / sizeof *checks);
}
