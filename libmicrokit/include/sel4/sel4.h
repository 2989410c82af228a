/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Compatibility: the names of seL4 that programs for the Microkit, libvmm and sDDF use on AArch64.
 * What they mean on Drover stands with each; there is no kernel object behind a capability, only
 * what the system description gives the PD. Drover's own programs use microkit.h and drover.h.
 */
#pragma once

/* The board and configuration of the SDK; the libraries themselves are built without one. */
#if __has_include(<kernel/gen_config.h>)
#include <kernel/gen_config.h>
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
#include <sel4/benchmark.h>
#endif
#include <sel4/calls.h>
#include <sel4/faults.h>
#include <sel4/types.h>
