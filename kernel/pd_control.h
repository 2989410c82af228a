/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * System calls by which a PD controls another: a child, or one whose <cap_tcb> stands in its
 * <cspace>. See SYS_PD_* of drover/abi.h.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

#define SVC_SIZE 4 /* bytes of the instruction that makes a system call */

RARE struct thread *sys_pd_stop(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_resume(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_restart(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_read(struct cpu *cpu, struct pd *pd);
RARE struct thread *sys_pd_write(struct cpu *cpu, struct pd *pd);
