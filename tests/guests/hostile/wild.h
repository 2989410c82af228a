/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest can do besides touching memory: system registers, firmware calls, exceptions, the
 * interrupt controller. Every function returns; that it does is the test.
 */
#pragma once

/* Reads every system register encoding, and writes those that are not EL1's or EL0's own. */
void wild_system_registers(void);

/* Firmware calls with pseudo-random function numbers and arguments, by SMC and HVC, any immediate.
 */
void wild_firmware_calls(void);

/* Instructions that no kernel would execute. */
void wild_instructions(void);

/* Pseudo-random accesses of every width to the distributor. */
void wild_distributor(void);

/* The same on all CPUs at once, with firmware calls in between. */
void wild_cpus(void);

/* Pseudo-random word accesses to the CPU interface. */
void wild_interface(void);

/* Interrupts that are never lowered, SGIs without end, a timer that is always late, WFI in between.
 */
void wild_interrupts(void);
