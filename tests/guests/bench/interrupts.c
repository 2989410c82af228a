/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts that a store raises: those of two devices whose registers do not trap, and SGIs. "To
 * handler" is from the store to the vector's first instruction, "total" to the instruction after
 * the interrupt.
 */
#include "dispatch.h"
#include "events.h"
#include "gic.h"
#include "measure.h"
#include "phase.h"
#include "pl.h"
#include "timer.h"

#define ROUNDS 4096

/* What raises and lowers the interrupt under test. */
static uint64_t raise_gpa;
static uint32_t raise_value;

static volatile uint64_t handler_stamp;
static volatile uint64_t fired;

static void lower(uint64_t stamp)
{
    write32(raise_gpa, 0);
    handler_stamp = stamp;
    fired = 1;
}

static void acknowledge(uint64_t stamp)
{
    handler_stamp = stamp;
    fired = 1;
}

/* Raises the interrupt ROUNDS times, and prints both means. */
static void interrupt_measure(const char *to_handler_key, const char *total_key)
{
    uint64_t to_handler = 0;
    uint64_t total = 0;
    interrupts_unmask();
    for (unsigned i = 0; i < ROUNDS; i++) {
        fired = 0;
        phase_spread();
        uint64_t start = counter_read();
        write32(raise_gpa, raise_value);
        while (!fired) {
        }
        uint64_t end = counter_read();
        to_handler += handler_stamp - start;
        total += end - start;
    }
    interrupts_mask();
    result_print(to_handler_key, to_handler * TICK_INSTRUCTIONS, ROUNDS);
    result_print(total_key, total * TICK_INSTRUCTIONS, ROUNDS);
}

void spi_measure(void)
{
    pl031_match(platform.rtc);
    raise_gpa = platform.rtc + PL031_IMSC;
    raise_value = 1;
    dispatch_bind(platform.rtc_irq, lower);
    interrupt_measure("spi_to_handler", "spi_total");
    dispatch_unbind(platform.rtc_irq);
    write32(platform.rtc + PL031_ICR, 1);

    pl061_low_pin(platform.gpio);
    raise_gpa = platform.gpio + PL061_IE;
    raise_value = PL061_PIN;
    dispatch_bind(platform.gpio_irq, lower);
    interrupt_measure("spi_channel_to_handler", "spi_channel_total");
    dispatch_unbind(platform.gpio_irq);
}

void sgi_measure(void)
{
    raise_gpa = platform.gicd + GICD_SGIR;
    raise_value = GICD_SGIR_SELF | 1;
    dispatch_bind(1, acknowledge);
    interrupt_measure("sgi_to_handler", "sgi_total");
    dispatch_unbind(1);
}
