/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Cycles by PD and VM. See usage.h.
 */
#include "usage.h"

#ifdef CONFIG_BENCHMARK
#include "arch.h"
#include "regs.h"
#include "syscall.h"

struct usage {
    uint64_t cycles;    /* while it was the current thread */
    uint64_t schedules; /* switches to it */
    uint64_t kernel_cycles;
    uint64_t entries;
};

static struct usage usages[256]; /* by VMID; [0] is nobody's: the core idles */
static struct usage totals;
static uint64_t reset_at;
static uint64_t switched_at;
static uint64_t entered_at;

static uint64_t now(void)
{
    return sysreg_read(pmccntr_el0);
}

/* Programs may reset the counter: what was before is lost then. */
static uint64_t elapsed(uint64_t since)
{
    uint64_t until = now();
    return until > since ? until - since : 0;
}

static struct usage *usage_of(const struct thread *thread)
{
    return &usages[thread->vttbr >> VTTBR_VMID_SHIFT & 0xff];
}

void usage_init(struct cpu *cpu)
{
    cpu->on_switch |= SWITCH_MEASURES;
}

void usage_enter(const struct cpu *cpu)
{
    entered_at = now();
    usage_of(cpu->current)->entries++;
    totals.entries++;
}

static void kernel_charge(const struct cpu *cpu)
{
    uint64_t cycles = elapsed(entered_at);

    usage_of(cpu->current)->kernel_cycles += cycles;
    totals.kernel_cycles += cycles;
    entered_at += cycles;
}

void usage_leave(const struct cpu *cpu)
{
    kernel_charge(cpu);
}

void usage_switch(const struct cpu *cpu, const struct thread *next)
{
    kernel_charge(cpu);
    usage_of(cpu->current)->cycles += elapsed(switched_at);
    usage_of(next)->schedules++;
    totals.schedules++;
    switched_at = now();
}

void usage_sleep(const struct cpu *cpu)
{
    kernel_charge(cpu);
    usage_of(cpu->current)->cycles += elapsed(switched_at);
    usages[0].schedules++;
    switched_at = now();
}

void usage_wake(void)
{
    usages[0].cycles += elapsed(switched_at);
    usages[0].entries++;
    switched_at = now();
    entered_at = switched_at;
}

static void words_write(const struct cpu *cpu, uint64_t *words, const struct usage *of)
{
    const struct usage *idle = &usages[0];

    usage_of(cpu->current)->cycles += elapsed(switched_at);
    switched_at = now();
    words[BENCHMARK_PD_CYCLES] = of->cycles;
    words[BENCHMARK_PD_SCHEDULES] = of->schedules;
    words[BENCHMARK_PD_KERNEL_CYCLES] = of->kernel_cycles;
    words[BENCHMARK_PD_ENTRIES] = of->entries;
    words[BENCHMARK_IDLE_CYCLES] = idle->cycles;
    words[BENCHMARK_IDLE_CYCLES_OF_PD_CORE] = idle->cycles;
    words[BENCHMARK_IDLE_SCHEDULES] = idle->schedules;
    words[BENCHMARK_IDLE_KERNEL_CYCLES] = idle->kernel_cycles;
    words[BENCHMARK_IDLE_ENTRIES] = idle->entries;
    words[BENCHMARK_CORE_CYCLES] = elapsed(reset_at);
    words[BENCHMARK_CORE_SCHEDULES] = totals.schedules;
    words[BENCHMARK_CORE_KERNEL_CYCLES] = totals.kernel_cycles;
    words[BENCHMARK_CORE_ENTRIES] = totals.entries;
}

struct thread *sys_benchmark(struct cpu *cpu, struct pd *pd)
{
    uint64_t op = pd->frame.x[0];
    uint64_t id = pd->frame.x[1];
    struct pd *target = id == BENCHMARK_SELF ? pd : pd_control_target(pd, id);

    if (op == BENCHMARK_RESET) {
        totals = (struct usage){.cycles = 0};
        usages[0] = totals;
        reset_at = now();
        return done(pd, DROVER_OK);
    }
    if (target == NULL) {
        return done(pd, DROVER_ERR_CHILD);
    }
    if (op == BENCHMARK_RESET_PD) {
        *usage_of(&target->thread) = (struct usage){.cycles = 0};
        switched_at = now();
    } else if (op == BENCHMARK_READ) {
        words_write(cpu, pd->message->mr, usage_of(&target->thread));
    } else {
        return done(pd, DROVER_ERR_ARGUMENT);
    }
    return done(pd, DROVER_OK);
}
#endif
