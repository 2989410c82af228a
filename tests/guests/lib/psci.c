/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Calls to the firmware; see psci.h. The SMCCC lets x4..x17 change over a call.
 */
#include "psci.h"
#include "platform.h"

#define CONDUIT(instruction)                                                                       \
    register uint64_t x0 __asm__("x0") = function;                                                 \
    register uint64_t x1 __asm__("x1") = a;                                                        \
    register uint64_t x2 __asm__("x2") = b;                                                        \
    register uint64_t x3 __asm__("x3") = c;                                                        \
    __asm__ volatile(instruction                                                                   \
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)                                      \
                     :                                                                             \
                     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",      \
                       "x15", "x16", "x17", "memory");                                             \
    return (int64_t)x0

int64_t smc_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    CONDUIT("smc #0");
}

int64_t hvc_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    CONDUIT("hvc #0");
}

int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    return platform.psci_hvc ? hvc_call(function, a, b, c) : smc_call(function, a, b, c);
}
