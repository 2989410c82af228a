/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The sections of the report, each in a file of its own.
 */
#pragma once

#include <stdio.h>

#include "plan.h"

#define REPORT_PA_DIGITS 10

/* report_space.c: the PDs, VMs and the kernel, and what each may reach. */
void report_spaces(FILE *out, const struct plan *plan);

/* report_route.c: who hears which interrupt, who may talk to whom, and in which turns they run. */
void report_irqs(FILE *out, const struct system *system);
void report_channels(FILE *out, const struct system *system);
void report_schedule(FILE *out, const struct system *system);

/* report_memory.c: where everything lies. */
void report_memory(FILE *out, const struct plan *plan);
void report_devices(FILE *out, const struct plan *plan);

/* report.c: a size in bytes, and a range of `digits` hexadecimal digits, in even columns. */
void report_size(FILE *out, uint64_t size);
void report_range(FILE *out, int digits, uint64_t base, uint64_t size);
