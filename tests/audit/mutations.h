/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Damages of a good image that make sense to whoever does them: tables and manifest agree, and yet
 * somebody gets what is not theirs.
 */
#pragma once

#include "rich.h"

struct mutation {
    const char *what;
    enum finding_code expected; /* one of the findings has this code */
    void (*apply)(const struct rich *rich);
};

extern const struct mutation mutations[];
extern const size_t mutation_count;
