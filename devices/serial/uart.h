/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the serial driver (driver.c) needs of a UART. Each driver program is driver.c and one file
 * that defines these. `regs` is the VA of the registers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What uart_receive() returns when nothing has been received. */
#define UART_NOTHING (-1)

/* Sets the UART up: 8 bits, no parity, FIFOs, all interrupts off. `baud` counts if nobody has set
 * a rate before; otherwise the boot loader's stays. */
void uart_setup(uintptr_t regs, uint64_t baud, bool receive);

/* Whether a byte can be sent now. */
bool uart_can_send(uintptr_t regs);
/* Sends a byte; only if one can be sent. */
void uart_send(uintptr_t regs, char byte);
/* The next received byte as unsigned char, or UART_NOTHING. */
int uart_receive(uintptr_t regs);

/* Whether the UART interrupts when its transmit FIFO has drained after it was full. */
void uart_send_interrupt(uintptr_t regs, bool on);
/* Whether it interrupts when bytes have been received. */
void uart_receive_interrupt(uintptr_t regs, bool on);
/* At the beginning of an interrupt: quiets its cause, so that a later one is seen. */
void uart_interrupt_clear(uintptr_t regs);
