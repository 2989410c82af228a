/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * UARTs, for output only: the debug kernel's and the loader's messages.
 */
#pragma once

#include "arch.h"

/* Sends `c` from the UART of type `type` (enum uart_type) whose registers are at `base`; waits
 * while its transmit FIFO is full. Does nothing for UART_NONE. */
void uart_put(uint64_t base, uint32_t type, char c);
