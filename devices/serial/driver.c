/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver of a serial port: what arrives goes into one queue, what stands in the other is sent.
 * It works by interrupts: it sends until the UART is full and is interrupted when that has drained,
 * and stops listening while nobody makes room for what arrives.
 */
#include <microkit.h>

#include <sddf/resources/device.h>

#include "connection.h"
#include "uart.h"

__attribute__((section(".serial_driver_config"))) serial_driver_config_t config;
__attribute__((section(".device_resources"))) device_resources_t device_resources;

static uintptr_t regs; /* VA; 0: not configured */
static serial_queue_handle_t to_send;
static serial_queue_handle_t received;
static bool listening; /* the UART interrupts for what arrives */
static bool draining;  /* it interrupts when it has room to send again */

static void draining_set(bool on)
{
    if (draining != on) {
        draining = on;
        uart_send_interrupt(regs, on);
    }
}

/* Sends what there is by now: of what comes later its producer notifies. If anything is left in the
 * end, the UART was full when its interrupt was on, so that one is sure to come. */
static void output_handle(void)
{
    uint32_t left = serial_queue_length_consumer(&to_send);
    bool any = false;
    while (left > 0 && uart_can_send(regs)) {
        char byte;
        while (left > 0 && uart_can_send(regs)) {
            if (serial_dequeue(&to_send, &byte) != 0) {
                left = 0;
                break;
            }
            uart_send(regs, byte);
            any = true;
            left--;
        }
        draining_set(left > 0);
    }
    if (any && serial_require_consumer_signal(&to_send)) {
        serial_cancel_consumer_signal(&to_send);
        microkit_notify(config.tx.id);
    }
}

static void listening_set(bool on)
{
    if (listening != on) {
        listening = on;
        uart_receive_interrupt(regs, on);
    }
}

/* Takes received bytes while there is room for them; returns whether the UART has no more. */
static bool input_take(bool *any)
{
    for (uint32_t room = serial_queue_free(&received); room > 0; room--) {
        int byte = uart_receive(regs);
        if (byte == UART_NOTHING) {
            return true;
        }
        if (serial_enqueue(&received, (char)byte) != 0) {
            return false;
        }
        *any = true;
    }
    return false;
}

/* Whether more can be handed on; if not, the consumer is asked to notify when there is room. */
static bool input_has_room(void)
{
    if (serial_queue_free(&received) > 0) {
        return true;
    }
    serial_request_consumer_signal(&received);
    return serial_queue_free(&received) > 0;
}

/* Hands on what has arrived. Without room for more it stops listening. An interrupt that is an edge
 * does not tell of what arrived before it was switched on: then it looks once more. */
static void input_handle(void)
{
    bool any = false;
    bool again;
    do {
        bool drained = input_take(&any);
        bool room = input_has_room();
        again = room && (!drained || !listening);
        listening_set(room);
    } while (again);
    if (any) {
        microkit_notify(config.rx.id);
    }
}

void init(void)
{
    regs = 0;
    if (!serial_config_check_magic(&config) || !device_resources_check_magic(&device_resources) ||
        device_resources.num_regions == 0 || device_resources.num_irqs == 0 ||
        !connection_open(&config.tx, &to_send) ||
        (config.rx_enabled && !connection_open(&config.rx, &received))) {
        microkit_dbg_puts("serial_driver: no configuration\n");
        return;
    }
    regs = (uintptr_t)device_resources.regions[0].region.vaddr;
    listening = false;
    draining = false;
    uart_setup(regs, config.default_baud, config.rx_enabled);
    if (config.rx_enabled) {
        input_handle();
    }
    output_handle();
}

void notified(microkit_channel ch)
{
    if (regs == 0) {
        return;
    }
    bool interrupt = ch == device_resources.irqs[0].id;
    if (interrupt) {
        uart_interrupt_clear(regs);
    }
    if (config.rx_enabled) {
        input_handle();
    }
    output_handle();
    if (interrupt) {
        microkit_deferred_irq_ack(ch);
    }
}
