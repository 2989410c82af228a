/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Several CPUs that abuse the interrupt controller and the firmware at once; see wild.h. They take
 * no exceptions: only the first CPU has probes, and their accesses are of the kind that none
 * answers with an abort.
 */
#include "access.h"
#include "console.h"
#include "cpus.h"
#include "gic.h"
#include "psci.h"
#include "wild.h"

#define ROUNDS      3
#define STEPS       3000
#define GICD_WORDS  0x400
#define NO_ENTRY    2 /* no instruction begins there */
#define ABSENT_BITS 0x1ff

/* Marsaglia's xorshift, a sequence a CPU. */
static uint64_t random_step(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void step(uint64_t choice, uint32_t value)
{
    uint32_t offset = (uint32_t)(choice >> 8) % GICD_WORDS * 4;
    switch (choice & 7) {
    case 0:
    case 1:
    case 2:
        gicd_write(offset, value);
        break;
    case 3:
        gicd_read(offset);
        break;
    case 4:
        gicd_write(GICD_SGIR, value & 0x03ff000f);
        break;
    case 5:
        gicc_write(GICC_EOIR, gicc_read(GICC_IAR));
        break;
    case 6: /* refused, whatever the CPU */
        psci_call(PSCI_CPU_ON | PSCI_SMC64, value & ABSENT_BITS, NO_ENTRY, choice);
        break;
    default:
        psci_call(PSCI_AFFINITY_INFO | PSCI_SMC64, value & ABSENT_BITS, choice >> 8 & 7, 0);
        break;
    }
}

static uint64_t rampage(uint64_t seed)
{
    uint64_t state = seed;
    for (uint32_t i = 0; i < STEPS; i++) {
        uint64_t choice = random_step(&state);
        step(choice, (uint32_t)random_step(&state));
    }
    return STEPS;
}

void wild_cpus(void)
{
    uint32_t count = cpu_count();
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t cpu = 1; cpu < count; cpu++) {
            if (cpu_start(cpu, rampage, round * CPU_MAX + cpu) != 0) {
                wrong_count++;
                print("FAIL CPU %u does not come up\n", (uint64_t)cpu);
            }
        }
        wild_distributor();
        for (uint32_t cpu = 1; cpu < count; cpu++) {
            uint64_t steps = cpu_join(cpu);
            if (steps == CPU_LOST) {
                wrong_count++;
                print("FAIL CPU %u is lost\n", (uint64_t)cpu);
            } else {
                access_count += steps;
            }
        }
    }
}
