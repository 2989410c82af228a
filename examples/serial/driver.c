/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver of the serial port: what arrives goes into one queue, what stands in the other is
 * sent.
 */
#include <microkit.h>

#include "queue.h"

#define IRQ_CHANNEL    0
#define CLIENT_CHANNEL 1

/* Arm PL011 (DDI 0183), table 3-1. */
#define UART_DR   0x00 /* rw: received byte, byte to send */
#define UART_FR   0x18 /* ro: flags */
#define UART_CR   0x30 /* rw: control */
#define UART_IMSC 0x38 /* rw: which interrupts get through */
#define UART_ICR  0x44 /* wo: clears interrupts */

#define FR_RXFE      0x10  /* nothing received */
#define FR_TXFF      0x20  /* no room to send */
#define CR_ENABLE    0x301 /* UART, transmitter, receiver */
#define INT_RECEIVED 0x50  /* FIFO filled so far, or a while ago */
#define INT_SENT     0x20  /* there is room to send again */

volatile uint8_t *uart_vaddr;
struct queue *received;
struct queue *to_send;

/* A byte that was taken out of the queue when the UART had no more room. */
static bool has_left_over;
static uint8_t left_over;

static volatile uint32_t *uart(unsigned reg)
{
    return (volatile uint32_t *)(uart_vaddr + reg);
}

/* Sends what there is room for; an interrupt comes when there is room again for the rest. */
static void send(void)
{
    while ((*uart(UART_FR) & FR_TXFF) == 0 && (has_left_over || queue_take(to_send, &left_over))) {
        *uart(UART_DR) = left_over;
        has_left_over = false;
    }
    has_left_over = has_left_over || queue_take(to_send, &left_over);
    *uart(UART_IMSC) = INT_RECEIVED | (has_left_over ? INT_SENT : 0);
}

/* Hands on what has arrived. What the client leaves no room for is lost, as on any serial line. */
static void receive(void)
{
    bool any = false;
    while ((*uart(UART_FR) & FR_RXFE) == 0) {
        any |= queue_put(received, (uint8_t)*uart(UART_DR));
    }
    if (any) {
        microkit_notify(CLIENT_CHANNEL);
    }
}

void init(void)
{
    *uart(UART_CR) = CR_ENABLE;
    *uart(UART_IMSC) = INT_RECEIVED;
}

void notified(microkit_channel ch)
{
    if (ch == IRQ_CHANNEL) {
        *uart(UART_ICR) = INT_RECEIVED | INT_SENT;
        receive();
        microkit_deferred_irq_ack(IRQ_CHANNEL);
    }
    send();
}
