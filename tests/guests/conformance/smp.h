/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What checks on several CPUs share: each CPU has a log of the interrupts it takes. A check runs on
 * CPU 0 and lets functions run on the others.
 */
#pragma once

#include "check.h"
#include "cpus.h"

#define SMP_NOTHING 0xfff /* what smp_take() returns if no interrupt came */

/* The first interrupt that each CPU has taken since it called smp_prepare(), and how many. */
extern volatile uint32_t smp_iar[CPU_MAX];
extern volatile uint32_t smp_taken[CPU_MAX];

/* Called by a CPU that takes an interrupt, before it ends it; NULL: nothing. */
extern void (*smp_body)(uint32_t intid);

/* The calling CPU's interface, SGIs and PPIs come into a known state and its log is empty. CPU 0
 * does so first, which also has all interrupts go to this log. */
void smp_prepare(void);

/* The calling CPU sleeps until it has taken `count` interrupts. Returns the GICC_IAR of the first,
 * SMP_NOTHING if too few came. */
uint32_t smp_take(uint32_t count);

/* Whether interrupts are waiting for the calling CPU: opens a window and looks at its log. */
bool smp_is_interrupted(void);

/* Starts `cpu` with `function` and waits until that has called smp_ready(). */
bool smp_launch(uint32_t cpu, uint64_t (*function)(uint64_t argument), uint64_t argument);
void smp_ready(void);

/* A function for smp_launch(): prepares, says that it is ready, and returns smp_take(1). */
uint64_t smp_take_one(uint64_t argument);

/* The tables. */
void smp_sgi_checks(void);
void smp_spi_checks(void);
void smp_firmware_checks(void);
