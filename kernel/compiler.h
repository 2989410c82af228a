/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Hints that keep the rare out of the way of the frequent.
 */
#pragma once

/* Rare: never inlined, optimised for size, so that its callers stay short. */
#define COLD __attribute__((cold, noinline))

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
