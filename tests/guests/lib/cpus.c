/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Starting and ending the other CPUs; see cpus.h.
 */
#include "cpus.h"
#include "psci.h"
#include "timer.h"

#define STACK_SIZE   0x2000
#define JOIN_SECONDS 10
#define AFFINITY_OFF 1

struct cpu_slot cpu_slots[CPU_MAX];
static uint8_t stacks[CPU_MAX][STACK_SIZE] __attribute__((aligned(16)));

/* start.S */
void cpu_entry(void);
void cpu_main(struct cpu_slot *slot) __attribute__((noreturn));

void cpu_main(struct cpu_slot *slot)
{
    *(volatile uint64_t *)&slot->result = slot->function(slot->argument);
    psci_call(PSCI_CPU_OFF, 0, 0, 0);
    for (;;) {
        wait_for_interrupt();
    }
}

uint32_t cpu_count(void)
{
    uint32_t count = 0;
    while (count < CPU_MAX &&
           (int32_t)psci_call(PSCI_AFFINITY_INFO | PSCI_SMC64, count, 0, 0) >= 0) {
        count++;
    }
    return count;
}

int64_t cpu_start(uint32_t cpu, uint64_t (*function)(uint64_t argument), uint64_t argument)
{
    struct cpu_slot *slot = &cpu_slots[cpu];
    *slot = (struct cpu_slot){.sp = (uint64_t)(stacks[cpu] + STACK_SIZE),
                              .function = function,
                              .argument = argument,
                              .result = CPU_LOST};
    __asm__ volatile("dsb sy" : : : "memory");
    return (int32_t)psci_call(PSCI_CPU_ON | PSCI_SMC64, cpu, (uint64_t)cpu_entry, (uint64_t)slot);
}

bool cpu_is_off(uint32_t cpu)
{
    return psci_call(PSCI_AFFINITY_INFO | PSCI_SMC64, cpu, 0, 0) == AFFINITY_OFF;
}

uint64_t cpu_join(uint32_t cpu)
{
    uint64_t deadline = counter_read() + JOIN_SECONDS * sysreg_read(cntfrq_el0);
    const volatile uint64_t *result = &cpu_slots[cpu].result;
    while (*result == CPU_LOST || !cpu_is_off(cpu)) { /* QEMU says that it is off before it is on */
        if (counter_read() > deadline) {
            return CPU_LOST;
        }
    }
    return *result;
}
