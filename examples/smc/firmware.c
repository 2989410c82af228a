/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A PD that may call the firmware asks it for its version of PSCI.
 */
#include <microkit.h>

/* Arm DEN 0022, 5.1.1. */
#define PSCI_VERSION 0x84000000

void init(void)
{
    const microkit_smc_context call = {.x0 = PSCI_VERSION};
    microkit_smc_context answer = {0};
    microkit_arm_smc_call(&call, &answer);
    microkit_dbg_puts("firmware: PSCI ");
    microkit_dbg_put32((uint32_t)answer.x0 >> 16); /* [31:16] major, [15:0] minor */
    microkit_dbg_puts(".");
    microkit_dbg_put32((uint32_t)answer.x0 & 0xffff);
    microkit_dbg_puts("\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
