/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Stands in for tool/diag.c in tests: keeps the messages instead of printing them.
 */
#pragma once

#include <stdbool.h>

#include "diag.h"

/* Forgets all messages. */
void diag_capture_reset(void);

/* Whether some error, or some warning, contains `text`. */
bool diag_captured_error(const char *text);
bool diag_captured_warning(const char *text);

/* Whether some error is "FILE:LINE: text" and more, with the file's name without its directory. */
bool diag_captured_at(const char *text);

/* All errors, one a line, for a failed test's output. */
const char *diag_captured(void);
