/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * SGIs between CPUs, and the registers of the first 32 interrupts, which each CPU has of its own
 * (IHI 0048B 2.2.1, 4.1.5).
 */
#include "smp.h"
#include "string.h"

#define IAR_SOURCE(cpu)    ((cpu) << 10)
#define PPI                20 /* no device of the board is behind this one */
#define SECONDARY_PRIORITY 0x50

static bool sgi_to_each_cpu(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, smp_take_one, 0));
        gicd_write(GICD_SGIR, GICD_SGIR_LIST(1u << cpu) | cpu);
        EXPECT(cpu_join(cpu) == cpu); /* source CPU 0 in bits 12:10 */
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

static uint64_t send(uint64_t sgir)
{
    smp_prepare();
    gicd_write(GICD_SGIR, (uint32_t)sgir);
    smp_ready();
    return smp_is_interrupted();
}

static bool sgi_from_each_cpu(uint32_t intid)
{
    (void)intid;
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        smp_prepare();
        EXPECT(smp_launch(cpu, send, GICD_SGIR_LIST(1) | 7));
        EXPECT(smp_take(1) == (7 | IAR_SOURCE(cpu)));
        EXPECT(cpu_join(cpu) == 0);
    }
    return true;
}

static bool sgi_to_all_others(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, smp_take_one, 0));
    }
    gicd_write(GICD_SGIR, GICD_SGIR_OTHERS | 12);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(cpu_join(cpu) == 12);
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

static bool sgi_to_itself_elsewhere(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, send, GICD_SGIR_SELF | GICD_SGIR_LIST(1) | 3));
        EXPECT(cpu_join(cpu) == 1 && smp_iar[cpu] == (3 | IAR_SOURCE(cpu)));
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

/* One SGI of several senders is as many interrupts, and each can be taken back. */
static bool sgi_of_several_senders(uint32_t intid)
{
    (void)intid;
    uint32_t senders = (1u << cpu_count()) - 2;
    smp_prepare();
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, send, GICD_SGIR_LIST(1) | 5));
        EXPECT(cpu_join(cpu) == 0);
    }
    EXPECT(read8(platform.gicd + GICD_SPENDSGIR + 5) == senders);
    EXPECT(gicd_read(GICD_ISPENDR) == 1u << 5);
    write8(platform.gicd + GICD_CPENDSGIR + 5, 2); /* that of CPU 1 */
    EXPECT(read8(platform.gicd + GICD_CPENDSGIR + 5) == (senders & ~2u));
    smp_is_interrupted();
    EXPECT(smp_taken[0] == cpu_count() - 2);
    EXPECT(read8(platform.gicd + GICD_SPENDSGIR + 5) == 0);
    return true;
}

static bool sgi_set_pending_by_source(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        smp_prepare();
        write8(platform.gicd + GICD_SPENDSGIR + 9, (uint8_t)(1u << cpu));
        EXPECT(smp_is_interrupted() && smp_taken[0] == 1);
        EXPECT(smp_iar[0] == (9 | IAR_SOURCE(cpu)));
    }
    return true;
}

/* On another CPU. Returns what is wrong, a bit for each. */
static uint64_t bank_differently(uint64_t argument)
{
    (void)argument;
    uint64_t wrong = 0;
    uint32_t own = (1u << cpu_number()) * 0x01010101u;
    smp_prepare();
    wrong |= gicd_bit(GICD_ISENABLER, PPI) ? 1 : 0;
    wrong |= gicd_bit(GICD_IGROUPR, PPI) ? 2 : 0;
    gic_enable(PPI + 1);
    gicd_bit_write(GICD_IGROUPR, PPI + 1);
    gic_priority(PPI, SECONDARY_PRIORITY);
    wrong |= read8(platform.gicd + GICD_IPRIORITYR + PPI) != SECONDARY_PRIORITY ? 4 : 0;
    for (uint32_t i = 0; i < 32; i += 4) {
        gicd_write(GICD_ITARGETSR + i, ~own); /* ignored */
        wrong |= gicd_read(GICD_ITARGETSR + i) != own ? 8 : 0;
    }
    gicd_bit_write(GICD_ICENABLER, PPI + 1);
    gicd_write(GICD_IGROUPR, 0);
    smp_ready();
    return wrong;
}

static bool first_interrupts_are_banked(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    gicd_bit_write(GICD_IGROUPR, PPI);
    gic_enable(PPI);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, bank_differently, 0));
        EXPECT(cpu_join(cpu) == 0);
        EXPECT(gicd_bit(GICD_ISENABLER, PPI) && !gicd_bit(GICD_ISENABLER, PPI + 1));
        EXPECT(gicd_read(GICD_IGROUPR) == 1u << PPI);
        EXPECT(read8(platform.gicd + GICD_IPRIORITYR + PPI) == GIC_PRIORITY);
    }
    EXPECT(gicd_read(GICD_ITARGETSR) == 0x01010101);
    return true;
}

/* On another CPU. Returns whether its PPIs are pending, the first as it came, the second when it
 * had pended and cleared it. */
static uint64_t pend_another(uint64_t argument)
{
    (void)argument;
    smp_prepare();
    uint64_t pending = gicd_bit(GICD_ISPENDR, PPI);
    gicd_bit_write(GICD_ISPENDR, PPI + 1);
    pending |= gicd_bit(GICD_ISPENDR, PPI + 1) ? 0 : 2;
    gicd_bit_write(GICD_ICPENDR, PPI + 1);
    pending |= gicd_bit(GICD_ISPENDR, PPI + 1) ? 4 : 0;
    smp_ready();
    return pending;
}

static bool pending_ppis_are_banked(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    gicd_bit_write(GICD_ISPENDR, PPI);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        EXPECT(smp_launch(cpu, pend_another, 0));
        EXPECT(cpu_join(cpu) == 0);
        EXPECT(gicd_bit(GICD_ISPENDR, PPI) && !gicd_bit(GICD_ISPENDR, PPI + 1));
    }
    return true;
}

void smp_sgi_checks(void)
{
    static const struct check checks[] = {
        CHECK(sgi_to_each_cpu),
        CHECK(sgi_from_each_cpu),
        CHECK(sgi_to_all_others),
        CHECK(sgi_to_itself_elsewhere),
        CHECK(sgi_of_several_senders),
        CHECK(sgi_set_pending_by_source),
        CHECK(first_interrupts_are_banked),
    };
    static const struct check exact[] = {CHECK(pending_ppis_are_banked)};
    checks_run(checks, sizeof checks / sizeof *checks);
    if (string_has_word(platform.bootargs, "exact")) {
        checks_run(exact, 1);
    }
}
