/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A UART as its driver sees it: each model defines mmio_read32() and mmio_write32() of its
 * registers, and these.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define UART_MODEL_REGS ((uintptr_t)0x1000) /* VA that stands for the registers */

/* What has been sent. */
extern char uart_sent[1 << 16];
extern uint32_t uart_sent_length;

/* Called before a received byte is read, and before the driver is told of received bytes by
 * interrupt: what happens at just that time. NULL: nothing. */
extern void (*uart_model_on_take)(void);
extern void (*uart_model_on_listen)(void);

void uart_model_reset(void);
/* Bytes that the transmit FIFO has. */
uint32_t uart_model_fifo(void);
/* The line takes up to `count` bytes out of the transmit FIFO. */
void uart_model_drain(uint32_t count);
/* A byte arrives; false if the FIFO has no room for it. */
bool uart_model_receive(char byte);
/* Whether an interrupt is pending at the GIC; with `take` it is delivered. */
bool uart_model_interrupt(bool take);
/* Whether the UART is set up: 8N1, FIFOs, sending, and receiving if `receive`. */
bool uart_model_is_set_up(bool receive);
/* The baud rate that is set, rounded; 0: none. */
uint32_t uart_model_baud(void);
/* As a boot loader leaves it: at another rate. */
void uart_model_boot(void);
