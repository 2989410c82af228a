/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The core's EL2 registers.
 */
#pragma once

#include "compiler.h"
#include "cpu.h"

/* Sets the EL2 registers that stay the same for good, and empties the core's state. */
RARE void cpu_setup(struct cpu *cpu);
