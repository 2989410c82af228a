/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The two timers of a guest. A loaded vCPU has the hardware's; of the others the kernel keeps the
 * deadlines.
 */
#pragma once

#include "compiler.h"
#include "vcpu.h"

/* All vCPUs of the system, for vcpu_timer_expire(). Called when all interrupts have a route. */
RARE void vcpu_timer_init(struct vcpu *vcpus, uint32_t count, uint32_t vtimer_irq,
                          uint32_t ptimer_irq);

/* How many of the timers guests have: a PD that owns the physical one's interrupt has that. */
extern unsigned vcpu_timer_count;

/* Moves the timers of a vCPU out of the machine and back into it, with their physical interrupts.
 */
void vcpu_timer_unload(struct vcpu *vcpu);
void vcpu_timer_load(struct vcpu *vcpu);

/* Whether the interrupt of a timer of a vCPU that is not loaded is pending at its distributor,
 * enabled or not. */
COLD bool vcpu_timer_is_pending(const struct vcpu *vcpu, enum guest_timer timer);

/* What the guest set of a timer has changed while it is not loaded: it may be due sooner. */
COLD void vcpu_timer_arm(const struct vcpu *vcpu);

/* The kernel's timer fired: raises the timers of vCPUs that are not loaded and have come due, and
 * sets it for the next. Returns the most urgent thread that woke, others are enqueued; NULL if
 * none. */
COLD struct thread *vcpu_timer_expire(struct cpu *cpu);
