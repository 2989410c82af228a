/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The report: a finished plan, for people to read.
 */
#pragma once

#include "plan.h"

/* Writes the report of `plan` to the file `path`. On failure reports it and returns false. */
bool report_write(const struct plan *plan, const char *path);
