/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The frame of the checks on several CPUs; see smp.h.
 */
#include "smp.h"
#include "timer.h"

#define BACKSTOP_SECONDS                                                                           \
    2 /* far longer than other CPUs' turns at a shared core, and busy hosts                        \
       */
#define LAUNCH_SECONDS 10
#define WINDOW_ROUNDS  2000

volatile uint32_t smp_iar[CPU_MAX];
volatile uint32_t smp_taken[CPU_MAX];
void (*smp_body)(uint32_t intid);

static volatile bool is_ready[CPU_MAX];
static volatile bool backstop_rang[CPU_MAX];

static void handler(uint64_t stamp)
{
    (void)stamp;
    uint32_t cpu = cpu_number(), iar = gicc_read(GICC_IAR), intid = iar & GIC_INTID_MASK;
    if (intid == GIC_SPURIOUS) {
        return;
    }
    if (intid == IRQ_VTIMER) {
        sysreg_write(cntv_ctl_el0, 0);
        backstop_rang[cpu] = true;
    } else {
        if (smp_taken[cpu] == 0) {
            smp_iar[cpu] = iar;
        }
        smp_taken[cpu]++;
        if (smp_body) {
            smp_body(intid);
        }
    }
    gicc_write(GICC_EOIR, iar);
}

void smp_prepare(void)
{
    uint32_t cpu = cpu_number();
    if (cpu == 0) {
        irq_hook = handler;
    }
    sysreg_write(cntv_ctl_el0, 0);
    sysreg_write(cntp_ctl_el0, 0);
    gicd_write(GICD_ICENABLER, 0xffff0000);
    gicd_write(GICD_ISENABLER, 0xffff); /* SGIs */
    gicd_write(GICD_ICPENDR, UINT32_MAX);
    gicd_write(GICD_ICACTIVER, UINT32_MAX);
    for (uint32_t intid = 0; intid < 32; intid += 4) {
        gicd_write(GICD_IPRIORITYR + intid, GIC_PRIORITY * 0x01010101u);
    }
    for (uint32_t sgi = 0; sgi < 16; sgi += 4) {
        gicd_write(GICD_CPENDSGIR + sgi, UINT32_MAX);
    }
    gicc_write(GICC_PMR, 0xff);
    gicc_write(GICC_BPR, 0);
    gicc_write(GICC_CTLR, GICC_CTLR_ENABLE);
    smp_iar[cpu] = SMP_NOTHING;
    smp_taken[cpu] = 0;
    backstop_rang[cpu] = false;
}

uint32_t smp_take(uint32_t count)
{
    uint32_t cpu = cpu_number();
    sysreg_write(cntv_cval_el0, counter_read() + BACKSTOP_SECONDS * sysreg_read(cntfrq_el0));
    sysreg_write(cntv_ctl_el0, TIMER_ENABLE);
    gic_enable(IRQ_VTIMER);
    while (smp_taken[cpu] < count && !backstop_rang[cpu]) { /* masked: nothing before the WFI */
        wait_for_interrupt();
        interrupts_unmask();
        interrupts_mask();
    }
    sysreg_write(cntv_ctl_el0, 0);
    gic_disable(IRQ_VTIMER);
    return smp_taken[cpu] < count ? SMP_NOTHING : smp_iar[cpu];
}

bool smp_is_interrupted(void)
{
    interrupts_unmask();
    for (uint32_t i = 0; i < WINDOW_ROUNDS; i++) {
        __asm__ volatile("nop");
    }
    interrupts_mask();
    return smp_taken[cpu_number()] != 0;
}

void smp_ready(void)
{
    is_ready[cpu_number()] = true;
}

bool smp_launch(uint32_t cpu, uint64_t (*function)(uint64_t argument), uint64_t argument)
{
    uint64_t deadline = counter_read() + LAUNCH_SECONDS * sysreg_read(cntfrq_el0);
    is_ready[cpu] = false;
    if (cpu_start(cpu, function, argument) != 0) {
        return false;
    }
    while (!is_ready[cpu] && counter_read() < deadline) {
    }
    return is_ready[cpu];
}

uint64_t smp_take_one(uint64_t argument)
{
    (void)argument;
    smp_prepare();
    smp_ready();
    return smp_take(1);
}
