/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * How a broken expectation of the fake machine ends a unit test; a fuzzer has its own way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "system.h"

void system_fail(const char *why)
{
    fail_msg("%s", why);
    abort();
}
