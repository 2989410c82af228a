/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs a function that may raise an exception and comes back either way. See probe.h.
 */

/* Offsets in struct probe_fault. */
#define FAULT_ESR  0
#define FAULT_ELR  8
#define FAULT_FAR  16
#define FAULT_BASE 24

    .text
/* bool probe_call(probe_function *function, uint64_t argument, struct probe_fault *fault) */
    .global probe_call
probe_call:
    stp     x29, x30, [sp, #-112]!
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    mrs     x3, daif
    stp     x2, x3, [sp, #96]
    adrp    x4, probe_stack
    mov     x5, sp
    str     x5, [x4, :lo12:probe_stack]
    mov     x6, x0
    mov     x0, x1
    blr     x6
    mov     x0, #0

probe_leave:
    adrp    x4, probe_stack
    str     xzr, [x4, :lo12:probe_stack]
    ldp     x2, x3, [sp, #96]
    msr     daif, x3
    ldp     x19, x20, [sp, #16]
    ldp     x21, x22, [sp, #32]
    ldp     x23, x24, [sp, #48]
    ldp     x25, x26, [sp, #64]
    ldp     x27, x28, [sp, #80]
    ldp     x29, x30, [sp], #112
    ret

/* An exception that is not an interrupt: back to probe_call's caller, or the end. */
    .global probe_caught
probe_caught:
    adrp    x16, probe_stack
    ldr     x17, [x16, :lo12:probe_stack]
    cbz     x17, 1f
    mov     sp, x17
    ldr     x2, [sp, #96]
    mrs     x3, esr_el1
    mrs     x4, elr_el1
    stp     x3, x4, [x2, #FAULT_ESR]
    mrs     x3, far_el1
    stp     x3, x0, [x2, #FAULT_FAR]
    mov     x0, #1
    b       probe_leave
1:  mrs     x0, esr_el1
    mrs     x1, elr_el1
    mrs     x2, far_el1
    bl      platform_exception
    b       .

    .bss
    .balign 8
probe_stack: /* SP of the probe that is armed, 0: none */
    .skip   8
