/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the audit has to know of a board beside struct board.
 */
#pragma once

#include "audit.h"

/* Lists the SMMUs of the device tree at `tree_path` in `input`. Reports what is wrong with it and
 * returns false if anything is. */
bool audit_read_smmus(struct audit_input *input, const char *tree_path);
