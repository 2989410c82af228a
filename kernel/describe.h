/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a debug kernel tells: who is granted what, and the story of a fault. Release kernels are
 * silent.
 */
#pragma once

#include "fault.h"

#ifdef CONFIG_PRINTING
/* Prints every PD and VM with its mappings and interrupts. */
void describe_system(const struct manifest *manifest);
/* Prints the fault of a PD that nobody handles, and the mapping that its address nearly hit. */
void describe_fault(const struct pd *pd, const struct fault *fault);
#else
static inline void describe_system(const struct manifest *manifest)
{
    (void)manifest;
}
static inline void describe_fault(const struct pd *pd, const struct fault *fault)
{
    (void)pd;
    (void)fault;
}
#endif
