/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tool is at, for a person who waits: one line on a terminal, rewritten and in the end
 * erased. Where stderr is no terminal, nothing is ever written, so that logs and pipes stay as they
 * are. There is one line at a time; nobody needs to begin or to check anything.
 */
#pragma once

#include <stdint.h>

/* Says what is being done, in place of what was said before: "reading disk.img". Text that the
 * terminal has no room for is cut, and control characters do not reach it. */
void progress_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How much of the step is done, of `total` units of any kind; 0: it cannot be told. Cheap enough to
 * be called for every block: the line is only drawn anew when its percentage changes. */
void progress_amount(uint64_t done, uint64_t total);

/* Erases the line: the step is over, or something else is about to be printed. Diagnostics do this
 * themselves. Does nothing where no line stands. */
void progress_end(void);
