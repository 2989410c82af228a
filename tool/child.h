/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Other programs that the tool runs: none of them keeps it waiting for ever.
 */
#pragma once

#include <stdbool.h>

/* Bounds the calling process, also after execve(), to `cpu_seconds` of CPU time and, for it may
 * wait instead of computing, to twice that by the clock. Returns false, with errno, if that cannot
 * be. */
bool child_limit(unsigned cpu_seconds);

/* Whether a limit of child_limit() ended the process that has this waitpid() status. */
bool child_was_limited(int status);
