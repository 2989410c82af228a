/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What protection domains pay for each other: the measuring half of the PD rows of `make bench`.
 * One row after the other, each a step that init() or notified() carries out; prints `bench KEY
 * VALUE` on the UART, since a release kernel has no console, and switches the machine off.
 */
#include <microkit.h>

#include "channels.h"
#include "phase.h"
#include "pl.h"

#define ROUNDS            4096
#define TICK_INSTRUCTIONS 16 /* at 62.5 MHz, with an instruction a nanosecond */

#define PSCI_SYSTEM_OFF 0x84000008 /* Arm DEN 0022, 5.1.9 */

uintptr_t uart_vaddr;
uintptr_t rtc_vaddr;
uintptr_t stamps_vaddr;

static uint64_t round_count;
static uint64_t round_start;
static uint64_t call_sum; /* ticks spent in calls, where a row is of them alone */

static uint64_t counter_read(void)
{
    return sysreg_read(cntvct_el0);
}

static void put(const char *text)
{
    for (; *text; text++) {
        write32(uart_vaddr, (uint8_t)*text); /* PL011 DR; QEMU's never fills up */
    }
}

static void result_print(const char *key, uint64_t ticks)
{
    char digits[24] = {0};
    unsigned at = sizeof digits - 1;
    uint64_t value = (ticks * TICK_INSTRUCTIONS + ROUNDS / 2) / ROUNDS;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put("bench ");
    put(key);
    put(" ");
    put(&digits[at]);
    put("\n");
}

static void call_measure(const char *key, microkit_channel channel)
{
    uint64_t start = counter_read();
    for (unsigned i = 0; i < ROUNDS; i++) {
        microkit_ppcall(channel, microkit_msginfo_new(0, 0));
    }
    result_print(key, counter_read() - start);
}

/* This PD raises the interrupt, and the driver, of higher priority, preempts it. */
static void irq_measure(void)
{
    struct rtc_stamps *stamps = (struct rtc_stamps *)stamps_vaddr;
    uint64_t notified_sum = 0;
    uint64_t acknowledged_sum = 0;
    pl031_match(rtc_vaddr);
    for (unsigned i = 0; i < ROUNDS; i++) {
        phase_spread();
        uint64_t start = counter_read();
        write32(rtc_vaddr + PL031_IMSC, 1);
        while (stamps->acknowledged < start) {
        }
        notified_sum += stamps->notified - start;
        acknowledged_sum += stamps->acknowledged - start;
    }
    result_print("irq_to_notified", notified_sum);
    result_print("irq_with_ack", acknowledged_sum);
}

static void rounds_start(void)
{
    round_count = 0;
    round_start = counter_read();
}

/* From the call to its return. The other PD sleeps, and does not run before this one sleeps. */
static void notify_low(void)
{
    phase_spread();
    uint64_t start = counter_read();
    microkit_notify(CHANNEL_LOW);
    call_sum += counter_read() - start;
}

static void finish(void)
{
    const microkit_smc_context off = {.x0 = PSCI_SYSTEM_OFF};
    microkit_smc_context response;
    irq_measure();
    put("bench end\n");
    microkit_arm_smc_call(&off, &response);
}

/* The row that `channel` carries is done: prints it and begins with the next. */
static void row_end(microkit_channel channel)
{
    if (channel == CHANNEL_LOW) {
        result_print("notify_oneway", call_sum);
        call_measure("ppc_passive", CHANNEL_PASSIVE);
        call_measure("ppc_active", CHANNEL_ACTIVE);
        rounds_start();
        microkit_notify(CHANNEL_PEER);
    } else if (channel == CHANNEL_PEER) {
        result_print("notify_roundtrip", counter_read() - round_start);
        rounds_start();
        microkit_deferred_notify(CHANNEL_DEFERRED);
    } else {
        result_print("notify_deferred_roundtrip", counter_read() - round_start);
        finish();
    }
}

void init(void)
{
    notify_low();
}

/* A round has come back: the next one, or the next row. */
void notified(microkit_channel channel)
{
    if (++round_count == ROUNDS) {
        row_end(channel);
    } else if (channel == CHANNEL_LOW) {
        notify_low();
    } else if (channel == CHANNEL_PEER) {
        microkit_notify(CHANNEL_PEER);
    } else {
        microkit_deferred_notify(CHANNEL_DEFERRED);
    }
}
