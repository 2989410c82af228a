/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a PD starts, and starts again after microkit_pd_restart(): a fresh stack, then C.
 */
#include "drover/abi.h"

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    ldr     x0, =PD_STACK_TOP_VA
    mov     sp, x0
    mov     x29, xzr
    mov     x30, xzr
    b       microkit_main
    .size _start, . - _start
