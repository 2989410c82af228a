/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program that counts cycles, which the configuration `benchmark` lets it do. Nothing is printed
 * there: it switches the machine off when they are counted.
 */
#include <microkit.h>

#define PSCI_SYSTEM_OFF_SMC 0x84000008 /* Arm DEN 0022, 5.1.9 */

static uint64_t cycles(void)
{
    uint64_t value;
    __asm__ volatile("isb\n\tmrs %0, pmccntr_el0" : "=r"(value));
    return value;
}

void init(void)
{
    seL4_ARM_SMCContext call = {.x0 = PSCI_SYSTEM_OFF_SMC};
    uint64_t before = cycles();
    if (cycles() > before) {
        microkit_arm_smc_call(&call, &call);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
