/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Hints for the compiler. A trapped access is answered in a hundred instructions, so what is rare
 * is kept out of the way of what is not.
 */
#pragma once

#define LIKELY(condition)   __builtin_expect((condition) != 0, 1)
#define UNLIKELY(condition) __builtin_expect((condition) != 0, 0)
#define COLD                __attribute__((cold, noinline))
