/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Registers that a guest without an MMU may fill with what it likes, and that have to stay so.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Fills this CPU's with values that no other CPU has. */
void registers_fill(uint32_t cpu);

bool registers_are_as_filled(uint32_t cpu);
