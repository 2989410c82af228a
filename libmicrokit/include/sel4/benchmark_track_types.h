/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Empty: sDDF's benchmark includes it, but uses its types only where the kernel logs each of its
 * entries (CONFIG_BENCHMARK_TRACK_KERNEL_ENTRIES), which Drover's does not.
 */
#pragma once
