/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Accesses that a hypervisor has to emulate, and time that it takes without being asked.
 */
#include "events.h"
#include "gic.h"
#include "measure.h"
#include "psci.h"
#include "timer.h"

#define TRAP_ROUNDS   4096
#define STOLEN_ROUNDS 50000000u /* of two instructions: 100 ms */
#define UNUSED_INTID  60        /* no device of the board is behind this one */

static void mmio_read_measure(void)
{
    uint64_t start = counter_read();
    for (unsigned i = 0; i < TRAP_ROUNDS; i++) {
        gicd_read(GICD_CTLR);
    }
    result_print("mmio_read", (counter_read() - start) * TICK_INSTRUCTIONS, TRAP_ROUNDS);
}

static void mmio_write_measure(void)
{
    uint64_t start = counter_read();
    for (unsigned i = 0; i < TRAP_ROUNDS; i++) {
        gicd_write(GICD_IPRIORITYR + UNUSED_INTID, 0xa0a0a0a0);
    }
    result_print("mmio_write", (counter_read() - start) * TICK_INSTRUCTIONS, TRAP_ROUNDS);
}

static void psci_version_measure(void)
{
    uint64_t start = counter_read();
    for (unsigned i = 0; i < TRAP_ROUNDS; i++) {
        psci_call(PSCI_VERSION, 0, 0, 0);
    }
    result_print("psci_version", (counter_read() - start) * TICK_INSTRUCTIONS, TRAP_ROUNDS);
}

void traps_measure(void)
{
    mmio_read_measure();
    mmio_write_measure();
    psci_version_measure();
}

void stolen_measure(void)
{
    uint64_t start = counter_read();
    busy_loop(STOLEN_ROUNDS);
    uint64_t spent = (counter_read() - start) * TICK_INSTRUCTIONS;
    uint64_t own =
        2ull * STOLEN_ROUNDS + TICK_INSTRUCTIONS; /* a tick for the readings themselves */
    result_print("stolen_ppm", (spent > own ? spent - own : 0) * 1000000, 2ull * STOLEN_ROUNDS);
}
