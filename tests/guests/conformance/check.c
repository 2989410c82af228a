/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame of the conformance guest; see check.h.
 */
#include "check.h"
#include "console.h"
#include "devices.h"
#include "timer.h"

#define WINDOW_ROUNDS 2000

uint32_t check_failed_line;
struct irq_log irq_log;
void (*irq_body)(uint32_t intid);

static uint64_t passed_count;
static uint64_t failed_count;

static void handler(uint64_t stamp)
{
    (void)stamp;
    uint32_t iar = gicc_read(GICC_IAR);
    uint32_t intid = iar & GIC_INTID_MASK;
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

static void state_reset(void)
{
    interrupts_mask();
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntp_ctl_el0, 0);
    devices_lower();
    irq_body = NULL;
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
            print(": line %u", (uint64_t)check_failed_line);
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
