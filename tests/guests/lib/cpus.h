/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The other CPUs of the machine: switched on by PSCI to run one function, off again when it
 * returns. A CPU is known by its number, which is Aff0 of its affinity; the first one is 0.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io.h"

#define CPU_MAX 8 /* a GICv2 knows no more */

/* What a CPU is started with, and what it found at its first instruction. */
struct cpu_slot {
    uint64_t sp; /* the order of the first five is known to start.S */
    uint64_t el; /* CurrentEL, DAIF, SPSel and the SCTLR of that level */
    uint64_t daif;
    uint64_t spsel;
    uint64_t sctlr;
    uint64_t (*function)(uint64_t argument);
    uint64_t argument;
    uint64_t result;
};

extern struct cpu_slot cpu_slots[CPU_MAX];

/* The number of the CPU that asks. */
static inline uint32_t cpu_number(void)
{
    return sysreg_read(mpidr_el1) & 0xff;
}

/* How many there are, by PSCI. */
uint32_t cpu_count(void);

/* Switches `cpu` on to run function(argument) at EL1, MMU off, interrupts masked. Returns PSCI's
 * answer. */
int64_t cpu_start(uint32_t cpu, uint64_t (*function)(uint64_t argument), uint64_t argument);

bool cpu_is_off(uint32_t cpu);

/* Waits until `cpu` is off again. Returns what its function returned, CPU_LOST if it does not end
 * within ten seconds. */
#define CPU_LOST UINT64_MAX
uint64_t cpu_join(uint32_t cpu);
