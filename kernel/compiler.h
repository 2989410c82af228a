/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Hints that keep the rare out of the way of the frequent.
 */
#pragma once

/* Rare: never inlined, optimised for size, and keeping nearly all registers itself, so that its
 * callers stay short and need no stack frame for its sake. */
#ifdef __aarch64__
#define COLD __attribute__((cold, noinline, preserve_most, minsize))
#else
#define COLD __attribute__((cold, noinline))
#endif

/* The same for what is less rare: optimised for speed. */
#ifdef __aarch64__
#define OUTLINE __attribute__((noinline, preserve_most))
#else
#define OUTLINE __attribute__((noinline))
#endif

/* The same with the ordinary calling convention: for what runs once, or is called through a table.
 */
#define RARE __attribute__((cold, noinline, minsize))

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
