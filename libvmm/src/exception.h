/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Exceptions that the VMM makes its guest take, and the step over an instruction that it emulated.
 */
#pragma once

#include <stdint.h>

#include "platform.h"

/* PSTATE of a vCPU, as in SPSR_EL2 (Arm DDI 0487, C5.2.18). */
#define PSTATE_SS      (1ul << 21)
#define PSTATE_AARCH32 (1ul << 4)
#define PSTATE_THUMB   (1ul << 5) /* AArch32 */

/* Moves an AArch32 guest program past its instruction, an IT block included. */
void exception_skip_aarch32(struct vcpu_page *page);

/* Moves the vCPU past the instruction that `page->esr` is about. */
static inline void exception_skip(struct vcpu_page *page)
{
    if ((page->pstate & PSTATE_AARCH32) != 0) {
        exception_skip_aarch32(page);
        return;
    }
    page->pstate &= ~PSTATE_SS;
    page->pc += 4;
}

/* Has `vcpu` take the synchronous external abort that hardware gives for the access of its fault.
 */
void exception_abort(unsigned vcpu);

/* Has `vcpu` take an Undefined Instruction exception on its instruction. */
void exception_undefined(unsigned vcpu);
