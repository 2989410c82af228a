/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Messages to the person at the terminal. One form everywhere:
 *     file:line: error: element "name": what is wrong; what was expected; what to do
 */
#pragma once

#include "system.h"

/* Reports an error on stderr and counts it. `at` may be NULL or have line 0 where no line applies.
 */
void diag_error(const struct source *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void diag_warning(const struct source *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Errors reported since the start. */
unsigned diag_error_count(void);
