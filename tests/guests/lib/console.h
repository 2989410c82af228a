/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's console: the PL011 that the device tree names. Without one, output is lost.
 */
#pragma once

/* %s const char *, %u uint64_t in decimal, %d int64_t, %x uint64_t with 0x. No other conversions;
 * arguments of narrower types have to be widened by the caller. */
void print(const char *format, ...);
