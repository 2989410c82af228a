/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The registers of a PD or vCPU, by seL4's names.
 */
#pragma once

#include <stdint.h>

/* Begins as a vCPU's page does (struct vcpu_page of drover/abi.h). Where a call takes a count of
 * registers, they count as pc, sp, spsr, x0..x30, tpidr_el0, tpidrro_el0. */
typedef struct __attribute__((may_alias)) seL4_UserContext {
    uint64_t x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15;
    uint64_t x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28, x29, x30;
    uint64_t pc;
    uint64_t spsr;
    uint64_t sp; /* of a vCPU: SP_EL0 */
    uint64_t tpidr_el0;
    uint64_t tpidrro_el0;
} seL4_UserContext;
