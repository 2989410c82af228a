/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The system calls that have files of their own; the table of all is in syscall.c. Each takes its
 * arguments from the registers of `pd`, the current thread, leaves its results there, and returns
 * who runs next. The numbers and meanings stand in drover/abi.h.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

/* The result of a call that does not change who runs. */
static inline struct thread *done(struct pd *pd, enum drover_error error)
{
    pd->frame.x[0] = error;
    return &pd->thread;
}

/* Another PD: pd_control.c. The first is who `id` names to `pd`, a child or a slot; NULL: nobody.
 */
RARE struct pd *pd_control_target(struct pd *pd, uint64_t id);
RARE struct thread *sys_pd_stop(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_resume(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_restart(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_read(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_write(struct cpu *cpu, struct pd *pd);

/* A vCPU: syscall_vcpu.c. */
struct thread *sys_vcpu_start(struct cpu *cpu, struct pd *pd);
struct thread *sys_vcpu_stop(struct cpu *cpu, struct pd *pd);
struct thread *sys_vcpu_wait(struct cpu *cpu, struct pd *pd);
struct thread *sys_vcpu_read(struct cpu *cpu, struct pd *pd);
struct thread *sys_vcpu_write(struct cpu *cpu, struct pd *pd);
struct thread *sys_virq_inject(struct cpu *cpu, struct pd *pd);
struct thread *sys_virq_state(struct cpu *cpu, struct pd *pd);
struct thread *sys_virq_update(struct cpu *cpu, struct pd *pd);
struct thread *sys_virq_config(struct cpu *cpu, struct pd *pd);
