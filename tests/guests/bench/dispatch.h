/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The bench's interrupt path, of the kind that an operating system has: acknowledge, look the
 * handler up by INTID, call it, end the interrupt. Every total contains it.
 */
#pragma once

#include <stdint.h>

/* Handles one interrupt; `stamp` is the counter at the vector's first instruction. */
typedef void handler(uint64_t stamp);

/* Binds `function` to `intid` and enables the interrupt. Only SGIs, PPIs and the first SPIs (below
 * 64). */
void dispatch_bind(uint32_t intid, handler *function);

/* Disables the interrupt and forgets its handler. */
void dispatch_unbind(uint32_t intid);
