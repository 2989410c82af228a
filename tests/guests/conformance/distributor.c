/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The distributor's registers, one by one (IHI 0048B 4.3).
 */
#include "check.h"
#include "cpus.h"

#define SPI 60 /* no device of the board is behind this one */

static uint32_t line_count(void)
{
    return 32 * ((gicd_read(GICD_TYPER) & 0x1f) + 1);
}

static bool ctlr_group_enables(uint32_t intid)
{
    (void)intid;
    gicd_write(GICD_CTLR, 0);
    EXPECT(gicd_read(GICD_CTLR) == 0);
    gicd_write(GICD_CTLR, 1);
    EXPECT(gicd_read(GICD_CTLR) == 1);
    gicd_write(GICD_CTLR, 0xffffffff);
    EXPECT(gicd_read(GICD_CTLR) == 3);
    return true;
}

static bool typer_counts(uint32_t intid)
{
    (void)intid;
    uint32_t typer = gicd_read(GICD_TYPER);
    EXPECT((typer >> 5 & 7) + 1 == cpu_count());
    EXPECT(line_count() > SPI);
    EXPECT(line_count() > platform.rtc_irq && line_count() > platform.gpio_irq);
    gicd_write(GICD_TYPER, ~typer);
    EXPECT(gicd_read(GICD_TYPER) == typer);
    return true;
}

static bool iidr_read_only(uint32_t intid)
{
    (void)intid;
    uint32_t iidr = gicd_read(GICD_IIDR);
    gicd_write(GICD_IIDR, ~iidr);
    EXPECT(gicd_read(GICD_IIDR) == iidr);
    return true;
}

static bool identification_registers(uint32_t intid)
{
    (void)intid;
    EXPECT((gicd_read(GICD_PIDR2) >> 4 & 0xf) == 2); /* GICv2 */
    EXPECT(gicd_read(0xff0) == 0x0d);                /* ICCIDR0..3, CoreSight */
    EXPECT(gicd_read(0xff4) == 0xf0);
    EXPECT(gicd_read(0xff8) == 0x05);
    EXPECT(gicd_read(0xffc) == 0xb1);
    uint32_t revision = gicd_read(GICD_PIDR2);
    gicd_write(GICD_PIDR2, 0);
    EXPECT(gicd_read(GICD_PIDR2) == revision);
    return true;
}

static bool igroupr_bits(uint32_t intid)
{
    (void)intid;
    gicd_bit_write(GICD_IGROUPR, SPI);
    EXPECT(gicd_read(GICD_IGROUPR + SPI / 32 * 4) == 1u << SPI % 32);
    gicd_write(GICD_IGROUPR, 0xffffffff);
    EXPECT((gicd_read(GICD_IGROUPR) & 0xffff) == 0xffff); /* SGIs */
    EXPECT(gicd_bit(GICD_IGROUPR, IRQ_VTIMER));
    gicd_write(GICD_IGROUPR, 0);
    EXPECT(gicd_read(GICD_IGROUPR) == 0);
    return true;
}

static bool enable_set_and_clear(uint32_t intid)
{
    (void)intid;
    uint32_t set = GICD_ISENABLER + SPI / 32 * 4;
    uint32_t clear = GICD_ICENABLER + SPI / 32 * 4;
    gic_enable(SPI);
    EXPECT(gicd_read(set) == 1u << SPI % 32 && gicd_read(clear) == gicd_read(set));
    gic_enable(SPI + 1);
    EXPECT(gicd_read(set) == 3u << SPI % 32);
    gicd_write(set, 0); /* zeros change nothing */
    EXPECT(gicd_read(set) == 3u << SPI % 32);
    gic_disable(SPI);
    EXPECT(gicd_read(set) == 2u << SPI % 32 && gicd_read(clear) == gicd_read(set));
    gicd_write(clear, 0);
    EXPECT(gicd_read(set) == 2u << SPI % 32);
    return true;
}

static bool enable_ppi(uint32_t intid)
{
    (void)intid;
    gic_enable(IRQ_VTIMER);
    gic_enable(IRQ_PTIMER);
    EXPECT(gicd_bit(GICD_ISENABLER, IRQ_VTIMER) && gicd_bit(GICD_ICENABLER, IRQ_PTIMER));
    gic_disable(IRQ_VTIMER);
    EXPECT(!gicd_bit(GICD_ISENABLER, IRQ_VTIMER) && gicd_bit(GICD_ISENABLER, IRQ_PTIMER));
    return true;
}

static bool active_set_and_clear(uint32_t intid)
{
    (void)intid;
    gicd_bit_write(GICD_ISACTIVER, SPI);
    EXPECT(gicd_bit(GICD_ISACTIVER, SPI) && gicd_bit(GICD_ICACTIVER, SPI));
    EXPECT(!gicd_bit(GICD_ISACTIVER, SPI + 1));
    gicd_bit_write(GICD_ICACTIVER, SPI);
    EXPECT(!gicd_bit(GICD_ISACTIVER, SPI) && !gicd_bit(GICD_ICACTIVER, SPI));
    return true;
}

static bool priority_words_and_bytes(uint32_t intid)
{
    (void)intid;
    uint32_t word = GICD_IPRIORITYR + SPI;
    gicd_write(word, 0x40302010);
    EXPECT(gicd_read(word) == 0x40302010);
    EXPECT(read8(platform.gicd + word) == 0x10 && read8(platform.gicd + word + 3) == 0x40);
    gic_priority(SPI + 2, 0x90);
    EXPECT(gicd_read(word) == 0x40902010);
    EXPECT(read8(platform.gicd + word + 2) == 0x90);
    return true;
}

static bool priority_implemented_bits(uint32_t intid)
{
    (void)intid;
    gic_priority(SPI, 0xff);
    uint8_t implemented = read8(platform.gicd + GICD_IPRIORITYR + SPI);
    EXPECT((implemented & 0xf0) == 0xf0); /* at least sixteen levels */
    EXPECT((uint8_t)(~implemented & (~implemented + 1)) ==
           0); /* the missing bits are the low ones */
    for (uint32_t sgi = 0; sgi < 16; sgi++) {
        gic_priority(sgi, 0xff);
        EXPECT(read8(platform.gicd + GICD_IPRIORITYR + sgi) == implemented);
    }
    return true;
}

static bool targets_of_one_cpu(uint32_t intid)
{
    (void)intid;
    if (cpu_count() > 1) {
        return true; /* smp_spi.c has what holds then */
    }
    for (uint32_t i = 0; i < line_count(); i += 4) { /* one CPU: RAZ/WI, 4.3.12 */
        gicd_write(GICD_ITARGETSR + i, 0xffffffff);
        EXPECT(gicd_read(GICD_ITARGETSR + i) == 0);
    }
    write8(platform.gicd + GICD_ITARGETSR + SPI, 1);
    EXPECT(read8(platform.gicd + GICD_ITARGETSR + SPI) == 0);
    return true;
}

static bool configuration_sgi_fixed(uint32_t intid)
{
    (void)intid;
    EXPECT(gicd_read(GICD_ICFGR) == 0xaaaaaaaa);
    gicd_write(GICD_ICFGR, 0);
    EXPECT(gicd_read(GICD_ICFGR) == 0xaaaaaaaa);
    return true;
}

static bool configuration_spi(uint32_t intid)
{
    (void)intid;
    uint32_t word = GICD_ICFGR + SPI / 16 * 4;
    gicd_write(word, 0xffffffff); /* the low bit of each pair is reserved */
    EXPECT((gicd_read(word) & 0xaaaaaaaa) == 0xaaaaaaaa);
    gicd_write(word, 2u << SPI % 16 * 2);
    EXPECT((gicd_read(word) & 0xaaaaaaaa) == 2u << SPI % 16 * 2);
    gicd_write(word, 0);
    EXPECT((gicd_read(word) & 0xaaaaaaaa) == 0);
    return true;
}

static bool beyond_last_line(uint32_t intid)
{
    (void)intid;
    uint32_t line = line_count();
    if (line >= 992) {
        return true; /* nothing lies beyond */
    }
    static const uint32_t files[] = {GICD_IGROUPR, GICD_ISENABLER, GICD_ICENABLER, GICD_ISPENDR,
                                     GICD_ICPENDR, GICD_ISACTIVER, GICD_ICACTIVER};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        gicd_write(files[i] + line / 8, 0xffffffff);
        EXPECT(gicd_read(files[i] + line / 8) == 0);
    }
    gicd_write(GICD_IPRIORITYR + line, 0xffffffff);
    EXPECT(gicd_read(GICD_IPRIORITYR + line) == 0);
    return true;
}

static bool reserved_registers(uint32_t intid)
{
    (void)intid;
    static const uint32_t offsets[] = {0x00c, 0x01c, 0x040, 0x07c, 0x7fc, 0xbfc, 0xf30, 0xfcc};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        gicd_write(offsets[i], 0xffffffff);
        EXPECT(gicd_read(offsets[i]) == 0);
    }
    return true;
}

static bool sgir_write_only(uint32_t intid)
{
    (void)intid;
    EXPECT(gicd_read(GICD_SGIR) == 0);
    return true;
}

void distributor_checks(void)
{
    static const struct check checks[] = {
        CHECK(ctlr_group_enables),
        CHECK(typer_counts),
        CHECK(iidr_read_only),
        CHECK(identification_registers),
        CHECK(igroupr_bits),
        CHECK(enable_set_and_clear),
        CHECK(enable_ppi),
        CHECK(active_set_and_clear),
        CHECK(priority_words_and_bytes),
        CHECK(priority_implemented_bits),
        CHECK(targets_of_one_cpu),
        CHECK(configuration_sgi_fixed),
        CHECK(configuration_spi),
        CHECK(beyond_last_line),
        CHECK(reserved_registers),
        CHECK(sgir_write_only),
    };
    checks_run(checks, sizeof checks / sizeof *checks);
}
