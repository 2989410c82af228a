/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Both timers of EL1 (DDI 0487 D11.2), and WFI and WFE, which they end. The checks run on each
 * timer: its INTID says which.
 */
#include "timer.h"
#include "check.h"

#define SOON 200   /* ticks: a few thousand instructions */
#define LATE 20000 /* ticks: longer than a window */

static void control_write(uint32_t intid, uint32_t value)
{
    if (intid == IRQ_VTIMER) {
        sysreg_write(cntv_ctl_el0, value);
    } else {
        sysreg_write(cntp_ctl_el0, value);
    }
}

static uint32_t control_read(uint32_t intid)
{
    return (uint32_t)(intid == IRQ_VTIMER ? sysreg_read(cntv_ctl_el0) : sysreg_read(cntp_ctl_el0));
}

static void compare_write(uint32_t intid, uint64_t value)
{
    if (intid == IRQ_VTIMER) {
        sysreg_write(cntv_cval_el0, value);
    } else {
        sysreg_write(cntp_cval_el0, value);
    }
}

static uint64_t count_read(uint32_t intid)
{
    return intid == IRQ_VTIMER ? sysreg_read(cntvct_el0) : sysreg_read(cntpct_el0);
}

/* Starts the timer; it fires in `ticks`. Returns its compare value. */
static uint64_t start(uint32_t intid, uint64_t ticks)
{
    uint64_t deadline = count_read(intid) + ticks;
    compare_write(intid, deadline);
    control_write(intid, TIMER_ENABLE);
    return deadline;
}

static void spin_until(uint32_t intid, uint64_t deadline)
{
    while (count_read(intid) <= deadline) {
    }
}

static void stop(uint32_t intid)
{
    control_write(intid, 0);
}

static void stop_at_third(uint32_t intid)
{
    if (irq_log.count == 3) {
        stop(intid);
    }
}

static bool timer_registers(uint32_t intid)
{
    EXPECT(sysreg_read(cntfrq_el0) != 0);
    compare_write(intid, 0xfedcba9876543210);
    uint64_t compare =
        intid == IRQ_VTIMER ? sysreg_read(cntv_cval_el0) : sysreg_read(cntp_cval_el0);
    EXPECT(compare == 0xfedcba9876543210);
    control_write(intid, TIMER_ENABLE | TIMER_IMASK);
    EXPECT(control_read(intid) == (TIMER_ENABLE | TIMER_IMASK));
    control_write(intid, 0xffffffff); /* ISTATUS is read-only, the others reserved */
    EXPECT(control_read(intid) == (TIMER_ENABLE | TIMER_IMASK));
    return true;
}

static bool timer_value_view(uint32_t intid)
{
    uint64_t before = count_read(intid);
    if (intid == IRQ_VTIMER) {
        sysreg_write(cntv_tval_el0, LATE);
    } else {
        sysreg_write(cntp_tval_el0, LATE);
    }
    uint64_t after = count_read(intid);
    uint64_t compare =
        intid == IRQ_VTIMER ? sysreg_read(cntv_cval_el0) : sysreg_read(cntp_cval_el0);
    EXPECT(compare >= before + LATE && compare <= after + LATE);
    return true;
}

static bool timer_fires(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    for (uint32_t i = 0; i < 10; i++) {
        log_clear();
        uint64_t deadline = start(intid, SOON);
        interrupts_unmask();
        while (irq_log.count == 0 && count_read(intid) < deadline + LATE) {
        }
        interrupts_mask();
        EXPECT(irq_log.count == 1 && irq_log.iar[0] == intid);
        EXPECT(count_read(intid) >= deadline);
    }
    return true;
}

static bool timer_not_early(uint32_t intid)
{
    gic_enable(intid);
    start(intid, LATE * 100);
    EXPECT((control_read(intid) & TIMER_ISTATUS) == 0);
    EXPECT(window_open() == 0);
    return true;
}

static bool timer_in_the_past(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    compare_write(intid, 0);
    control_write(intid, TIMER_ENABLE);
    EXPECT(control_read(intid) == (TIMER_ENABLE | TIMER_ISTATUS));
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool timer_masked(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    uint64_t deadline = start(intid, SOON);
    control_write(intid, TIMER_ENABLE | TIMER_IMASK);
    spin_until(intid, deadline);
    EXPECT(control_read(intid) == (TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS));
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    EXPECT(window_open() == 0);
    control_write(intid, TIMER_ENABLE);
    EXPECT(window_open() == 1);
    return true;
}

static bool timer_disabled_in_distributor(uint32_t intid)
{
    irq_body = stop;
    uint64_t deadline = start(intid, SOON);
    spin_until(intid, deadline);
    EXPECT(window_open() == 0);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    gic_enable(intid);
    EXPECT(window_open() == 1 && irq_log.iar[0] == intid);
    return true;
}

static bool timer_still_asserted_fires_again(uint32_t intid)
{
    irq_body = stop_at_third;
    gic_enable(intid);
    compare_write(intid, 0);
    control_write(intid, TIMER_ENABLE);
    EXPECT(sleep_for(3, intid == IRQ_VTIMER ? IRQ_PTIMER : IRQ_VTIMER) == 3);
    EXPECT(window_open() == 3);
    return true;
}

static bool timer_stopped_in_time(uint32_t intid)
{
    gic_enable(intid);
    uint64_t deadline = start(intid, SOON);
    stop(intid);
    spin_until(intid, deadline);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid));
    EXPECT(window_open() == 0);
    return true;
}

static bool timer_stopped_while_pending(uint32_t intid)
{
    gic_enable(intid);
    uint64_t deadline = start(intid, SOON);
    spin_until(intid, deadline);
    EXPECT(gicd_bit(GICD_ISPENDR, intid));
    stop(intid);
    EXPECT(!gicd_bit(GICD_ISPENDR, intid)); /* level: pendency follows the timer */
    EXPECT(window_open() == 0);
    return true;
}

static bool timer_pends_while_masked(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    uint64_t deadline = start(intid, SOON);
    spin_until(intid, deadline);
    EXPECT(gicc_read(GICC_HPPIR) == intid);
    EXPECT(window_open() == 1);
    return true;
}

static bool wfi_ended_by_timer(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    interrupts_unmask();
    uint64_t deadline = start(intid, LATE);
    while (irq_log.count == 0) {
        wait_for_interrupt();
    }
    interrupts_mask();
    EXPECT(irq_log.count == 1 && irq_log.iar[0] == intid);
    EXPECT(count_read(intid) >= deadline && count_read(intid) < deadline + LATE);
    return true;
}

static bool wfi_ended_while_masked(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    uint64_t deadline = start(intid, LATE);
    while (count_read(intid) < deadline) {
        wait_for_interrupt();
    }
    EXPECT(irq_log.count == 0);
    EXPECT(count_read(intid) < deadline + LATE);
    wait_for_interrupt(); /* still pending: comes back at once */
    EXPECT(window_open() == 1);
    return true;
}

static bool wfi_with_pending_returns(uint32_t intid)
{
    (void)intid;
    gic_enable(1);
    gicd_write(GICD_SGIR, GICD_SGIR_SELF | 1);
    wait_for_interrupt();
    EXPECT(irq_log.count == 0);
    EXPECT(window_open() == 1);
    return true;
}

static bool wfe_after_event_returns(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    uint64_t deadline = start(intid, LATE);
    __asm__ volatile("sevl\n wfe\n sev\n wfe" : : : "memory");
    EXPECT(count_read(intid) < deadline); /* it was the event that ended it, not the timer */
    return true;
}

static bool wfe_ended_by_timer(uint32_t intid)
{
    irq_body = stop;
    gic_enable(intid);
    interrupts_unmask();
    uint64_t deadline = start(intid, LATE);
    while (irq_log.count == 0 && count_read(intid) < deadline + LATE) {
        __asm__ volatile("wfe" : : : "memory");
    }
    interrupts_mask();
    EXPECT(irq_log.count == 1);
    return true;
}

static bool both_timers_at_once(uint32_t intid)
{
    (void)intid;
    irq_body = stop;
    gic_enable(IRQ_VTIMER);
    gic_enable(IRQ_PTIMER);
    uint64_t deadline = start(IRQ_VTIMER, SOON);
    compare_write(IRQ_PTIMER, count_read(IRQ_PTIMER) + SOON);
    control_write(IRQ_PTIMER, TIMER_ENABLE);
    spin_until(IRQ_VTIMER, deadline + SOON);
    EXPECT(window_open() == 2);
    EXPECT(irq_log.iar[0] + irq_log.iar[1] == IRQ_VTIMER + IRQ_PTIMER); /* in whatever order */
    return true;
}

static bool counters_agree(uint32_t intid)
{
    (void)intid;
    uint64_t first = sysreg_read(cntpct_el0);
    uint64_t virtual = sysreg_read(cntvct_el0);
    uint64_t second = sysreg_read(cntpct_el0);
    EXPECT(second >= first);
    EXPECT(virtual <= second && sysreg_read(cntvct_el0) >= virtual);
    return true;
}

void timer_checks(void)
{
    static const uint32_t intids[] = {IRQ_VTIMER, IRQ_PTIMER};
    for (size_t i = 0; i < sizeof intids / sizeof *intids; i++) {
        const struct check checks[] = {
            CHECK_ON(timer_registers, intids[i]),
            CHECK_ON(timer_value_view, intids[i]),
            CHECK_ON(timer_fires, intids[i]),
            CHECK_ON(timer_not_early, intids[i]),
            CHECK_ON(timer_in_the_past, intids[i]),
            CHECK_ON(timer_masked, intids[i]),
            CHECK_ON(timer_disabled_in_distributor, intids[i]),
            CHECK_ON(timer_still_asserted_fires_again, intids[i]),
            CHECK_ON(timer_stopped_in_time, intids[i]),
            CHECK_ON(timer_stopped_while_pending, intids[i]),
            CHECK_ON(timer_pends_while_masked, intids[i]),
            CHECK_ON(wfi_ended_by_timer, intids[i]),
            CHECK_ON(wfi_ended_while_masked, intids[i]),
            CHECK_ON(wfe_after_event_returns, intids[i]),
            CHECK_ON(wfe_ended_by_timer, intids[i]),
        };
        checks_run(checks, sizeof checks / sizeof *checks);
    }
    static const struct check checks[] = {
        CHECK(wfi_with_pending_returns),
        CHECK(both_timers_at_once),
        CHECK(counters_agree),
    };
    checks_run(checks, sizeof checks / sizeof *checks);
}
