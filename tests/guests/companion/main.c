/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A guest that shares its core with another VM. On each of its CPUs a timer ticks; at every tick
 * the CPU looks whether its registers are still its own, sends the next CPU an SGI and sleeps
 * again. After ten seconds it says how that went.
 */
#include "console.h"
#include "cpus.h"
#include "gic.h"
#include "platform.h"
#include "registers.h"
#include "timer.h"

#define SECONDS          10
#define TICKS_PER_SECOND 500
#define SGI              2

static volatile uint64_t ticks[CPU_MAX];
static volatile uint64_t sgis[CPU_MAX];
static volatile uint64_t wrong[CPU_MAX];
static uint32_t count;

static void handler(uint64_t stamp)
{
    (void)stamp;
    uint32_t cpu = cpu_number(), iar = gicc_read(GICC_IAR), intid = iar & GIC_INTID_MASK;
    if (intid == IRQ_VTIMER) {
        uint64_t period = sysreg_read(cntfrq_el0) / TICKS_PER_SECOND;
        sysreg_write(cntv_cval_el0, sysreg_read(cntvct_el0) + period);
        ticks[cpu]++;
    } else if (intid == SGI) {
        wrong[cpu] += iar >> 10 != (cpu + count - 1) % count; /* its source */
        sgis[cpu]++;
    } else {
        wrong[cpu]++;
    }
    gicc_write(GICC_EOIR, iar);
}

/* What every CPU does. Returns how often something was wrong. */
static uint64_t live(uint64_t deadline)
{
    uint32_t cpu = cpu_number();
    gicc_write(GICC_PMR, 0xff);
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE);
    gicd_write(GICD_ISENABLER, 0xffff);
    gic_enable(IRQ_VTIMER);
    registers_fill(cpu);
    sysreg_write(cntv_cval_el0, counter_read());
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    for (uint64_t seen = 0; counter_read() < deadline;) {
        wrong[cpu] += !registers_are_as_filled(cpu);
        if (ticks[cpu] != seen) {
            seen = ticks[cpu];
            gicd_write(GICD_SGIR, GICD_SGIR_LIST(1u << (cpu + 1) % count) | SGI);
        }
        wait_for_interrupt(); /* masked: nothing comes between the look and the sleep */
        interrupts_unmask();
        interrupts_mask();
    }
    sysreg_write(cntv_ctl_el0, 0);
    return wrong[cpu];
}

void guest_main(void)
{
    count = cpu_count();
    irq_hook = handler;
    gic_init();
    uint64_t deadline = counter_read() + SECONDS * sysreg_read(cntfrq_el0);
    for (uint32_t cpu = 1; cpu < count; cpu++) {
        cpu_start(cpu, live, deadline);
    }
    uint64_t wrong_count = live(deadline);
    for (uint32_t cpu = 1; cpu < count; cpu++) {
        wrong_count += cpu_join(cpu);
    }
    for (uint32_t cpu = 0; cpu < count; cpu++) {
        print("companion: CPU %u had %u ticks and %u SGIs\n", (uint64_t)cpu, ticks[cpu], sgis[cpu]);
        wrong_count += ticks[cpu] < SECONDS * TICKS_PER_SECOND / 2 || sgis[cpu] == 0;
    }
    print(wrong_count == 0 ? "companion lives\n" : "FAIL companion: something is not its own\n");
}
