/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The events that the bench guest measures; each function prints its own keys.
 */
#pragma once

/* mmio_read, mmio_write, psci_version: a loop of one such access, the loop included. */
void traps_measure(void);

/* timer_to_handler, timer_lost: the virtual timer under a busy loop. */
void timer_measure(void);

/* wfi_to_handler, wfi_total: the virtual timer out of WFI. */
void wfi_measure(void);

/* spi_to_handler, spi_total by the RTC; spi_channel_to_handler, spi_channel_total by the GPIO
 * block. */
void spi_measure(void);

/* sgi_to_handler, sgi_total: an SGI to itself. */
void sgi_measure(void);

/* stolen_ppm: what is missing from 100 ms in which nothing happens. */
void stolen_measure(void);
