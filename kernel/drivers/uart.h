/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * UARTs, for output only: the debug kernel's and the loader's messages.
 */
#pragma once

#include "arch.h"

/* Turns on the transmitter of a UART that no boot loader has used, which is how QEMU starts some.
 * Nothing changes for one that is on, and for types that need no such thing. Arguments as below. */
void uart_enable(uint64_t base, uint32_t type);

/* Sends `c` from the UART of type `type` (enum uart_type) whose registers are at `base`; waits
 * while its transmit FIFO is full. Does nothing for UART_NONE. */
void uart_put(uint64_t base, uint32_t type, char c);
