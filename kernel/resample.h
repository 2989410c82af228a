/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Making the GIC look at its lines. When a guest's EOI ends a physical interrupt through the HW bit
 * of a list register, a GIC signals it again at once if it is pending again (IHI 0048B, 3.2.4).
 * QEMU's model does not until something else happens at the GIC, and a guest that waits for it
 * waits for ever. On a board with that fact the kernel's timer looks in a while after an interrupt;
 * elsewhere this costs three instructions.
 */
#pragma once

#include "compiler.h"
#include "cpu.h"

/* Counter ticks after which to look, while that is to be arranged; 0: nothing is to do. */
extern uint64_t resample_due_in;

/* Sets the fact `microseconds` of the manifest; 0: never. */
void resample_init(uint64_t microseconds);

COLD void resample_arm(void);

/* An interrupt was taken: the next time to look is arranged, if it is not. */
static inline void resample_note(void)
{
    if (UNLIKELY(resample_due_in != 0)) {
        resample_arm();
    }
}

/* The kernel's timer fired, which made the GIC look; again later if the loaded vCPU has interrupts
 * to end. */
void resample_expire(const struct cpu *cpu);
