/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System registers of vCPUs, in the machine or in memory.
 */
#pragma once

#include "compiler.h"
#include "vcpu.h"

/* Values of a vCPU that has never run. */
void vcpu_regs_reset(struct vcpu *vcpu);

/* Makes `vcpu` (NULL: none) the one whose registers, interrupts and timers are in the machine. */
COLD void vcpu_load(struct cpu *cpu, struct vcpu *vcpu);

/* The registers that a program at EL0 would feel; moved at every switch between guest and PD. */
void vcpu_regs_leave(struct vcpu *vcpu);
void vcpu_regs_enter(const struct vcpu *vcpu);

/* The same registers as every PD finds them. */
void vcpu_regs_clear(void);

/* Reads or writes one register (enum vcpu_reg) of a vCPU while a PD runs. One that is in the
 * machine is unloaded for it. False: no such register. */
COLD bool vcpu_reg_read(struct cpu *cpu, const struct vcpu *vcpu, uint64_t reg, uint64_t *value);
COLD bool vcpu_reg_write(struct cpu *cpu, struct vcpu *vcpu, uint64_t reg, uint64_t value);
