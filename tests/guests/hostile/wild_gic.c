/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Abuse of the interrupt controller, and floods of interrupts; see wild.h.
 */
#include "access.h"
#include "gic.h"
#include "pl.h"
#include "random.h"
#include "timer.h"
#include "wild.h"

#define FUZZ_ROUNDS  20000
#define STORM_LENGTH 2000 /* interrupts */
#define GICD_SIZE    0x1000
#define GICC_SIZE    0x2000

static void access_random(uint64_t gpa)
{
    uint64_t choice = random_next();
    uint64_t value = random_next() & random_next();
    switch (choice & 7) {
    case 0:
        __asm__ volatile("ldrb wzr, [%0]" : : "r"(gpa) : "memory");
        break;
    case 1:
        __asm__ volatile("ldrh wzr, [%0]" : : "r"(gpa & ~1ull) : "memory");
        break;
    case 2:
        __asm__ volatile("ldr wzr, [%0]" : : "r"(gpa & ~3ull) : "memory");
        break;
    case 3:
        __asm__ volatile("ldr xzr, [%0]" : : "r"(gpa & ~7ull) : "memory");
        break;
    case 4:
        __asm__ volatile("strb %w1, [%0]" : : "r"(gpa), "r"(value) : "memory");
        break;
    case 5:
        __asm__ volatile("strh %w1, [%0]" : : "r"(gpa & ~1ull), "r"(value) : "memory");
        break;
    case 6:
        __asm__ volatile("str %w1, [%0]" : : "r"(gpa & ~3ull), "r"(value) : "memory");
        break;
    default:
        __asm__ volatile("str %1, [%0]" : : "r"(gpa & ~7ull), "r"(value) : "memory");
        break;
    }
}

static uint64_t storm_count;

/* Ends what it is given and lowers nothing. */
static void storm(uint64_t stamp)
{
    (void)stamp;
    uint32_t iar = gicc_read(GICC_IAR);
    uint32_t intid = iar & GIC_INTID_MASK;
    if (intid >= 1020) {
        return;
    }
    gicc_write(GICC_EOIR, iar);
    storm_count++;
    if (storm_count >= STORM_LENGTH) {
        gic_disable(intid);
    }
}

static void drain(void)
{
    storm_count = 0;
    irq_hook = storm;
    interrupts_unmask();
    for (uint32_t i = 0; i < 10000; i++) {
        __asm__ volatile("nop");
    }
    interrupts_mask();
    access_count += storm_count;
}

void wild_distributor(void)
{
    struct probe_fault fault;
    for (uint32_t i = 0; i < FUZZ_ROUNDS; i++) {
        access_probe(access_random, platform.gicd + random_next() % GICD_SIZE, &fault);
        if (i % 256 == 0) {
            drain();
        }
    }
    gic_init();
    drain();
}

void wild_interface(void)
{
    struct probe_fault fault;
    for (uint32_t i = 0; i < FUZZ_ROUNDS; i++) {
        access_probe(access_random, platform.gicc + random_next() % GICC_SIZE, &fault);
    }
}

static void device_storm(uint32_t intid, uint64_t raise_gpa)
{
    write32(raise_gpa, 1);
    gic_enable(intid);
    drain();
    write32(raise_gpa, 0);
}

static void timer_storm(uint32_t intid)
{
    gic_enable(intid);
    drain();
    gic_disable(intid);
}

static void sgi_flood(void)
{
    gicd_write(GICD_ISENABLER, 0xffff);
    for (uint32_t i = 0; i < STORM_LENGTH; i++) {
        gicd_write(GICD_SGIR, (uint32_t)random_next() & 0x03ff000f);
        access_count++;
    }
    drain();
}

/* Sleeps again and again with every interrupt masked; only the timer's pendency ends each. */
static void masked_sleep(void)
{
    gic_enable(IRQ_VTIMER);
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t deadline = counter_read() + 100;
        sysreg_write(cntv_cval_el0, deadline);
        sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
        while (counter_read() < deadline) {
            wait_for_interrupt();
        }
        access_count++;
    }
    sysreg_write(cntv_ctl_el0, 0);
    gic_disable(IRQ_VTIMER);
}

void wild_interrupts(void)
{
    gic_init();
    pl031_match(platform.rtc);
    pl061_low_pin(platform.gpio);
    device_storm(platform.rtc_irq, platform.rtc + PL031_IMSC);
    device_storm(platform.gpio_irq, platform.gpio + PL061_IE);
    sysreg_write(cntv_cval_el0, 0);
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    timer_storm(IRQ_VTIMER);
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntp_cval_el0, 0);
    sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
    timer_storm(IRQ_PTIMER);
    sysreg_write(cntp_ctl_el0, 0);
    sgi_flood();
    gic_init();
    masked_sleep();
}
