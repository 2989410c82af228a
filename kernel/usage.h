/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who uses the core's cycles: what a `benchmark` kernel keeps for SYS_BENCHMARK, by PD and VM. In
 * any other kernel these functions are empty.
 */
#pragma once

#include "compiler.h"
#include "pd.h"

#ifdef CONFIG_BENCHMARK
/* From now on switches are measured, in cycles of the counter that counters.h starts. */
RARE void usage_init(struct cpu *cpu);
/* At the entry of the kernel; entry.S calls usage_leave() at its end. */
void usage_enter(const struct cpu *cpu);
void usage_leave(const struct cpu *cpu);
/* At a switch, and around the wait for an interrupt while nobody runs. */
void usage_switch(const struct cpu *cpu, const struct thread *next);
void usage_sleep(const struct cpu *cpu);
void usage_wake(void);
struct thread *sys_benchmark(struct cpu *cpu, struct pd *pd);
#define KERNEL_SYS_COUNT SYS_COUNT
#else
static inline void usage_init(struct cpu *cpu)
{
    (void)cpu;
}
static inline void usage_enter(const struct cpu *cpu)
{
    (void)cpu;
}
static inline void usage_switch(const struct cpu *cpu, const struct thread *next)
{
    (void)cpu;
    (void)next;
}
static inline void usage_sleep(const struct cpu *cpu)
{
    (void)cpu;
}
static inline void usage_wake(void)
{
}
#define KERNEL_SYS_COUNT SYS_BENCHMARK /* the last, which others do not have */
#endif
