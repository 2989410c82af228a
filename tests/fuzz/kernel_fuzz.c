/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Whatever programs, guests and devices do, in any order, the kernel's state stays whole. The
 * example system plays the input; see tests/unit/fake/play.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "play.h"
#include "system.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void system_fail(const char *why)
{
    fprintf(stderr, "the kernel broke a rule: %s\n", why);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play(data, size);
    return 0;
}
