/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules between the objects of a system that need no board and no ELF. Each function reports what
 * breaks its rules, and looks at nothing but the system.
 */
#pragma once

#include "system.h"

void system_check(const struct system *system); /* all of them, and the limits */

/* system_ids.c: identifiers, interrupts, calls. */
void system_channels_check(const struct system *system);
void system_ids_check(const struct system *system);
void system_irqs_check(const struct system *system);

/* system_domains.c: names, and PDs that the schedule leaves out. */
void system_domains_check(const struct system *system);

/* system_symbols.c: a symbol that is set twice. */
void system_symbols_check(const struct system *system);
