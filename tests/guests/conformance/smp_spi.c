/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * SPIs and their targets (IHI 0048B 4.3.12), on one that no device drives and on those of two
 * devices; and each CPU's own timer.
 */
#include "devices.h"
#include "smp.h"
#include "string.h"
#include "timer.h"

#define SPI        60 /* no device of the board is behind this one */
#define SOON_TICKS 2000
#define DONE       14 /* an SGI */

static void target(uint32_t intid, uint32_t cpus)
{
    write8(platform.gicd + GICD_ITARGETSR + intid, (uint8_t)cpus);
}

static bool targets_are_kept(uint32_t intid)
{
    uint32_t cpus = (1u << cpu_count()) - 1;
    for (uint32_t mask = 0; mask <= cpus; mask++) {
        target(intid, mask);
        EXPECT(read8(platform.gicd + GICD_ITARGETSR + intid) == mask);
    }
    return true;
}

static bool spi_goes_to_its_target(uint32_t intid)
{
    smp_prepare();
    gic_enable(intid);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        target(intid, 1u << cpu);
        EXPECT(smp_launch(cpu, smp_take_one, 0));
        gicd_bit_write(GICD_ISPENDR, intid);
        EXPECT(cpu_join(cpu) == intid);
        EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ISACTIVER, intid));
    }
    EXPECT(!smp_is_interrupted());
    target(intid, 1);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(smp_is_interrupted() && smp_iar[0] == intid);
    return true;
}

static bool spi_without_target_waits(uint32_t intid)
{
    smp_prepare();
    gic_enable(intid);
    target(intid, 0);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(!smp_is_interrupted());
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    target(intid, 1);
    EXPECT(smp_is_interrupted() && smp_iar[0] == intid);
    return true;
}

/* Pending for CPU 0, which has it masked, it follows its target. */
static bool spi_moves_while_pending(uint32_t intid)
{
    smp_prepare();
    gic_enable(intid);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        target(intid, 1);
        gicd_bit_write(GICD_ISPENDR, intid);
        EXPECT(gicc_read(GICC_HPPIR) == intid);
        target(intid, 1u << cpu);
        EXPECT(gicc_read(GICC_HPPIR) == GIC_SPURIOUS);
        EXPECT(gicd_bit(GICD_ISPENDR, intid));
        EXPECT(smp_launch(cpu, smp_take_one, 0));
        EXPECT(cpu_join(cpu) == intid);
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

/* Active on CPU 0, pended again, and retargeted: it goes to CPU 1 once CPU 0 has ended it. */
static bool spi_moves_when_it_has_ended(uint32_t intid)
{
    smp_prepare();
    gic_enable(intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    EXPECT(gicc_read(GICC_IAR) == intid);
    gicd_bit_write(GICD_ISPENDR, intid);
    target(intid, 2);
    EXPECT(smp_launch(1, smp_take_one, 0));
    EXPECT(gicd_bit(GICD_ISPENDR, intid) && gicd_bit(GICD_ISACTIVER, intid));
    EXPECT(smp_taken[1] == 0);
    gicc_write(GICC_EOIR, intid);
    EXPECT(cpu_join(1) == intid);
    EXPECT(!smp_is_interrupted());
    return true;
}

/* Of several targets, one takes it. */
static bool spi_comes_to_one_of_its_targets(uint32_t intid)
{
    uint32_t count = cpu_count(), taken = 0;
    smp_prepare();
    gic_enable(intid);
    for (uint32_t cpu = 1; cpu < count; cpu++) {
        EXPECT(smp_launch(cpu, smp_take_one, 0));
    }
    target(intid, (1u << count) - 2);
    gicd_bit_write(GICD_ISPENDR, intid);
    while (gicd_bit(GICD_ISPENDR, intid)) { /* the log of a failure ends here */
    }
    gicd_write(GICD_SGIR, GICD_SGIR_OTHERS | DONE);
    for (uint32_t cpu = 1; cpu < count; cpu++) {
        uint64_t iar = cpu_join(cpu);
        EXPECT(iar == intid || iar == DONE);
        taken += iar == intid;
    }
    EXPECT(taken == 1 && !smp_is_interrupted());
    return true;
}

static void lower(uint32_t intid)
{
    device_drive(intid, false);
}

static bool device_interrupts_its_target(uint32_t intid)
{
    smp_prepare();
    smp_body = lower;
    gic_enable(intid);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        target(intid, 1u << cpu);
        EXPECT(smp_launch(cpu, smp_take_one, 0));
        device_drive(intid, true);
        EXPECT(cpu_join(cpu) == intid);
        EXPECT(!gicd_bit(GICD_ISPENDR, intid) && !gicd_bit(GICD_ISACTIVER, intid));
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

/* The line is high while CPU 0 has the interrupt masked, and moves. */
static bool device_line_moves(uint32_t intid)
{
    smp_prepare();
    smp_body = lower;
    gic_enable(intid);
    for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
        target(intid, 1);
        device_drive(intid, true);
        EXPECT(gicd_bit(GICD_ISPENDR, intid));
        target(intid, 1u << cpu);
        EXPECT(smp_launch(cpu, smp_take_one, 0));
        EXPECT(cpu_join(cpu) == intid);
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

static void timer_stop(uint32_t intid)
{
    (void)intid;
    sysreg_write(cntp_ctl_el0, 0);
}

static uint64_t own_timer(uint64_t argument)
{
    (void)argument;
    smp_prepare();
    gic_enable(IRQ_PTIMER);
    sysreg_write(cntp_cval_el0, sysreg_read(cntpct_el0) + SOON_TICKS);
    sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
    smp_ready();
    return smp_take(1);
}

/* All at once, each CPU's timer interrupts that CPU. */
static bool timers_are_each_cpus_own(uint32_t intid)
{
    (void)intid;
    smp_prepare();
    smp_body = timer_stop;
    gic_enable(IRQ_PTIMER);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
            EXPECT(smp_launch(cpu, own_timer, 0));
        }
        for (uint32_t cpu = 1; cpu < cpu_count(); cpu++) {
            EXPECT(cpu_join(cpu) == IRQ_PTIMER && smp_taken[cpu] == 1);
        }
    }
    EXPECT(!smp_is_interrupted());
    return true;
}

void smp_spi_checks(void)
{
    const uint32_t intids[] = {SPI, platform.rtc_irq, platform.gpio_irq};
    bool is_exact = string_has_word(platform.bootargs, "exact");
    devices_prepare();
    for (size_t i = 0; i < sizeof intids / sizeof *intids; i++) {
        const struct check checks[] = {
            CHECK_ON(targets_are_kept, intids[i]),
            CHECK_ON(spi_goes_to_its_target, intids[i]),
        };
        const struct check exact[] = {
            CHECK_ON(spi_without_target_waits, intids[i]),
            CHECK_ON(spi_moves_while_pending, intids[i]),
            CHECK_ON(spi_comes_to_one_of_its_targets, intids[i]),
            CHECK_ON(spi_moves_when_it_has_ended, intids[i]),
        };
        const struct check devices[] = {
            CHECK_ON(device_interrupts_its_target, intids[i]),
            CHECK_ON(device_line_moves, intids[i]),
        };
        checks_run(checks, sizeof checks / sizeof *checks);
        if (is_exact) {
            checks_run(exact, sizeof exact / sizeof *exact);
        }
        if (intids[i] != SPI) {
            checks_run(devices, sizeof devices / sizeof *devices);
        }
    }
    static const struct check timers[] = {CHECK(timers_are_each_cpus_own)};
    checks_run(timers, 1);
}
