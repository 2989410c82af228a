/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame of the conformance guest; see check.h.
 */
#include "check.h"
#include "console.h"
#include "devices.h"
#include "smp.h"
#include "timer.h"

#define WINDOW_ROUNDS  2000
#define BACKSTOP_TICKS 50000 /* far more than a hundred interrupts take */

uint32_t check_failed_line;
struct irq_log irq_log;
void (*irq_body)(uint32_t intid);

static uint64_t passed_count;
static uint64_t failed_count;

static uint32_t backstop_intid = GIC_SPURIOUS; /* none */
static volatile bool backstop_rang;

static void timers_stop(void)
{
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntp_ctl_el0, 0);
}

static void handler(uint64_t stamp)
{
    (void)stamp;
    uint32_t iar = gicc_read(GICC_IAR);
    uint32_t intid = iar & GIC_INTID_MASK;
    if (intid == backstop_intid) {
        timers_stop();
        backstop_rang = true;
        gicc_write(GICC_EOIR, iar);
        return;
    }
    if (irq_log.count < LOG_MAX) {
        irq_log.iar[irq_log.count] = iar;
    }
    irq_log.count++;
    if (intid == GIC_SPURIOUS) {
        return;
    }
    if (irq_body) {
        irq_body(intid);
    }
    gicc_write(GICC_EOIR, iar);
    if (irq_log.count >= LOG_MAX) {
        gic_disable(intid); /* one that never ends must not end the guest */
    }
}

void log_clear(void)
{
    irq_log.count = 0;
}

uint32_t window_open(void)
{
    interrupts_unmask();
    for (uint32_t i = 0; i < WINDOW_ROUNDS; i++) {
        __asm__ volatile("nop");
    }
    interrupts_mask();
    return irq_log.count;
}

uint32_t sleep_for(uint32_t count, uint32_t backstop)
{
    backstop_intid = backstop;
    backstop_rang = false;
    if (backstop == IRQ_VTIMER) {
        sysreg_write(cntv_cval_el0, counter_read() + BACKSTOP_TICKS);
        sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    } else {
        sysreg_write(cntp_cval_el0, sysreg_read(cntpct_el0) + BACKSTOP_TICKS);
        sysreg_write(cntp_ctl_el0, TIMER_ENABLE);
    }
    gic_enable(backstop);
    while (irq_log.count < count && !backstop_rang) { /* masked: nothing comes before the WFI */
        wait_for_interrupt();
        interrupts_unmask();
        interrupts_mask();
    }
    gic_disable(backstop);
    uint32_t seen = irq_log.count;
    timers_stop();
    backstop_intid = GIC_SPURIOUS;
    return backstop_rang ? 0 : seen;
}

static void state_reset(void)
{
    interrupts_mask();
    timers_stop();
    devices_lower();
    irq_body = NULL;
    smp_body = NULL;
    irq_hook = handler;
    gic_init();
    log_clear();
    check_failed_line = 0;
}

void checks_run(const struct check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        state_reset();
        bool passed = checks[i].run(checks[i].intid);
        print(passed ? "ok %s" : "FAIL %s", checks[i].name);
        if (checks[i].intid) {
            print("/%u", (uint64_t)checks[i].intid);
        }
        if (!passed) {
            print(": line %u, %u interrupts seen", (uint64_t)check_failed_line,
                  (uint64_t)irq_log.count);
        }
        print("\n");
        passed_count += passed;
        failed_count += !passed;
    }
    state_reset();
}

void checks_summarise(void)
{
    print("%u passed, %u failed\n", passed_count, failed_count);
}
