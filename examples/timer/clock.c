/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A device driver: it alone has the registers and the interrupt of the board's real-time clock, and
 * it wakes its client at the time that it asked for.
 */
#include <microkit.h>

#include "clock.h"

#define IRQ_CHANNEL    0
#define CLIENT_CHANNEL 1

/* Arm PL031 (DDI 0224), table 3-1. */
struct pl031 {
    uint32_t data;             /* 0x00 RTCDR ro: seconds */
    uint32_t match;            /* 0x04 RTCMR rw: interrupts when data is the same */
    uint32_t load;             /* 0x08 RTCLR rw: sets data */
    uint32_t control;          /* 0x0c RTCCR rw: bit 0 starts the clock */
    uint32_t interrupt_mask;   /* 0x10 RTCIMSC rw: bit 0 lets the interrupt through */
    uint32_t interrupt_raw;    /* 0x14 RTCRIS ro */
    uint32_t interrupt_masked; /* 0x18 RTCMIS ro */
    uint32_t interrupt_clear;  /* 0x1c RTCICR wo */
};

volatile struct pl031 *rtc_vaddr;

void init(void)
{
    rtc_vaddr->interrupt_clear = 1;
    rtc_vaddr->interrupt_mask = 1;
    rtc_vaddr->control = 1;
}

/* The line is level-sensitive: first quiet the device, then have the interrupt armed again. */
void notified(microkit_channel ch)
{
    if (ch == IRQ_CHANNEL) {
        rtc_vaddr->interrupt_clear = 1;
        microkit_notify(CLIENT_CHANNEL);
        microkit_deferred_irq_ack(IRQ_CHANNEL);
    }
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    switch (microkit_msginfo_get_label(msginfo)) {
    case CLOCK_NOW:
        microkit_mr_set(0, rtc_vaddr->data);
        return microkit_msginfo_new(CLOCK_NOW, 1);
    case CLOCK_WAKE_AT:
        rtc_vaddr->match = (uint32_t)microkit_mr_get(0);
        return microkit_msginfo_new(CLOCK_WAKE_AT, 0);
    default:
        return microkit_msginfo_new(microkit_msginfo_get_label(msginfo), 0);
    }
}
