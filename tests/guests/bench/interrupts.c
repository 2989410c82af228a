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
#include "timer.h"

#define ROUNDS 4096

/* PL031 (DDI 0224, 3.3): the match interrupt is level, and masked by one bit. */
#define RTC_DR   0x000
#define RTC_MR   0x004
#define RTC_IMSC 0x010
#define RTC_RIS  0x014
#define RTC_ICR  0x01c

/* PL061 (DDI 0190, 3.3): a pin that is low, taken as active low. */
#define GPIO_DIR 0x400
#define GPIO_IS  0x404
#define GPIO_IBE 0x408
#define GPIO_IEV 0x40c
#define GPIO_IE  0x410
#define GPIO_PIN 1

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

static void rtc_match(void)
{
    write32(platform.rtc + RTC_IMSC, 0);
    write32(platform.rtc + RTC_ICR, 1);
    while (!(read32(platform.rtc + RTC_RIS) & 1)) {
        write32(platform.rtc + RTC_MR, read32(platform.rtc + RTC_DR));
    }
}

static void gpio_prepare(void)
{
    write32(platform.gpio + GPIO_IE, 0);
    write32(platform.gpio + GPIO_DIR, 0);
    write32(platform.gpio + GPIO_IS, GPIO_PIN);
    write32(platform.gpio + GPIO_IBE, 0);
    write32(platform.gpio + GPIO_IEV, 0);
}

void spi_measure(void)
{
    rtc_match();
    raise_gpa = platform.rtc + RTC_IMSC;
    raise_value = 1;
    dispatch_bind(platform.rtc_irq, lower);
    interrupt_measure("spi_to_handler", "spi_total");
    dispatch_unbind(platform.rtc_irq);
    write32(platform.rtc + RTC_ICR, 1);

    gpio_prepare();
    raise_gpa = platform.gpio + GPIO_IE;
    raise_value = GPIO_PIN;
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
