/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Into the kernel and out of it. While a thread runs, SP_EL2 points to its frame, and TPIDR_EL2 to the
 * core's struct cpu, from which the kernel's stack grows down. An entry saves what C may change, calls the
 * handler, and unless that returned another thread restores just this. Only a switch moves the rest.
 */

#define CPU_CURRENT  0     /* struct cpu: current */
#define CPU_ON_SWITCH 24   /* struct cpu: on_switch */
#define THREAD_FRAME 0     /* struct thread: frame */
#define FRAME_X(n)   ((n)*8)
#define FRAME_PC     0xf8  /* and pstate behind it */
#define FRAME_SP_EL0 0x108

    .macro save_volatile
    stp     x0, x1, [sp, #FRAME_X(0)]
    stp     x2, x3, [sp, #FRAME_X(2)]
    stp     x4, x5, [sp, #FRAME_X(4)]
    stp     x6, x7, [sp, #FRAME_X(6)]
    stp     x8, x9, [sp, #FRAME_X(8)]
    stp     x10, x11, [sp, #FRAME_X(10)]
    stp     x12, x13, [sp, #FRAME_X(12)]
    stp     x14, x15, [sp, #FRAME_X(14)]
    stp     x16, x17, [sp, #FRAME_X(16)]
    str     x30, [sp, #FRAME_X(30)]
    .endm

    .macro restore_volatile
    ldp     x2, x3, [sp, #FRAME_X(2)]
    ldp     x4, x5, [sp, #FRAME_X(4)]
    ldp     x6, x7, [sp, #FRAME_X(6)]
    ldp     x8, x9, [sp, #FRAME_X(8)]
    ldp     x10, x11, [sp, #FRAME_X(10)]
    ldp     x12, x13, [sp, #FRAME_X(12)]
    ldp     x14, x15, [sp, #FRAME_X(14)]
    ldp     x16, x17, [sp, #FRAME_X(16)]
    ldr     x30, [sp, #FRAME_X(30)]
    ldp     x0, x1, [sp, #FRAME_X(0)]
    .endm

/* From a thread: handler(struct cpu *, ESR) returns the thread to run. */
    .macro lower handler
    .balign 128
    save_volatile
    mrs     x0, tpidr_el2
    mov     sp, x0
    mrs     x1, esr_el2
    bl      \handler
    b       leave
    .endm

/* From the kernel itself: always our own mistake. */
    .macro own
    .balign 128
    mrs     x0, esr_el2
    mrs     x1, elr_el2
    mrs     x2, far_el2
    adrp    x3, panic_stack_top
    add     x3, x3, :lo12:panic_stack_top
    mov     sp, x3
    b       exception_own
    .endm

    .section .text.vectors, "ax"
    .balign 2048
    .global vectors
vectors:
    own                     /* current EL, SP_EL0: synchronous, IRQ, FIQ, SError */
    own
    own
    own
    own                     /* current EL, SP_EL2 */
    own
    own
    own
    lower   exception_sync  /* lower EL, AArch64 */
    lower   exception_irq
    lower   exception_irq
    lower   exception_serror
    lower   exception_sync  /* lower EL, AArch32: user programs of a guest */
    lower   exception_irq
    lower   exception_irq
    lower   exception_serror

    .text
    .balign 64
leave:
#ifdef CONFIG_BENCHMARK
    stp     x0, xzr, [sp, #-16]!
    mrs     x0, tpidr_el2
    bl      usage_leave
    ldp     x0, xzr, [sp], #16
#endif
    mrs     x1, tpidr_el2
    ldr     x2, [x1, #CPU_CURRENT]
    ldr     x3, [x2, #THREAD_FRAME]
    cmp     x0, x2
    b.ne    1f
    mov     sp, x3
    restore_volatile
    eret

1:  stp     x18, x19, [x3, #FRAME_X(18)]
    stp     x20, x21, [x3, #FRAME_X(20)]
    stp     x22, x23, [x3, #FRAME_X(22)]
    stp     x24, x25, [x3, #FRAME_X(24)]
    stp     x26, x27, [x3, #FRAME_X(26)]
    stp     x28, x29, [x3, #FRAME_X(28)]
    mrs     x4, elr_el2
    mrs     x5, spsr_el2
    mrs     x6, sp_el0
    stp     x4, x5, [x3, #FRAME_PC]
    str     x6, [x3, #FRAME_SP_EL0]
    ldrb    w4, [x1, #CPU_ON_SWITCH]
    cbnz    w4, 2f

/* thread_start(struct thread *, struct cpu *): runs a thread; nothing of the old one is kept. */
    .global thread_start
thread_start:
    bl      thread_aarch64_switch
    mov     sp, x0
    ldp     x18, x19, [sp, #FRAME_X(18)]
    ldp     x20, x21, [sp, #FRAME_X(20)]
    ldp     x22, x23, [sp, #FRAME_X(22)]
    ldp     x24, x25, [sp, #FRAME_X(24)]
    ldp     x26, x27, [sp, #FRAME_X(26)]
    ldp     x28, x29, [sp, #FRAME_X(28)]
    restore_volatile
    eret

2:  bl      thread_aarch64_prepare
    mrs     x1, tpidr_el2
    b       thread_start

/* Where the loader jumps to: x0 is the VA of the manifest. */
    .section .text.start, "ax"
    .global _start
_start:
    adrp    x1, boot_stack_top
    add     x1, x1, :lo12:boot_stack_top
    mov     sp, x1
    adr     x2, vectors
    msr     vbar_el2, x2
    msr     tpidr_el2, x1   /* the core's struct cpu stands on top of its stack */
    isb
    b       kernel_main

/* fpu_save(struct fpu_state *), fpu_restore(const struct fpu_state *) */
    .text
    .arch_extension fp
    .arch_extension simd
    .global fpu_save
fpu_save:
    stp     q0, q1, [x0, #0x000]
    stp     q2, q3, [x0, #0x020]
    stp     q4, q5, [x0, #0x040]
    stp     q6, q7, [x0, #0x060]
    stp     q8, q9, [x0, #0x080]
    stp     q10, q11, [x0, #0x0a0]
    stp     q12, q13, [x0, #0x0c0]
    stp     q14, q15, [x0, #0x0e0]
    stp     q16, q17, [x0, #0x100]
    stp     q18, q19, [x0, #0x120]
    stp     q20, q21, [x0, #0x140]
    stp     q22, q23, [x0, #0x160]
    stp     q24, q25, [x0, #0x180]
    stp     q26, q27, [x0, #0x1a0]
    stp     q28, q29, [x0, #0x1c0]
    stp     q30, q31, [x0, #0x1e0]
    mrs     x1, fpcr
    mrs     x2, fpsr
    add     x0, x0, #0x200
    stp     x1, x2, [x0]
    ret

    .global fpu_restore
fpu_restore:
    ldp     q0, q1, [x0, #0x000]
    ldp     q2, q3, [x0, #0x020]
    ldp     q4, q5, [x0, #0x040]
    ldp     q6, q7, [x0, #0x060]
    ldp     q8, q9, [x0, #0x080]
    ldp     q10, q11, [x0, #0x0a0]
    ldp     q12, q13, [x0, #0x0c0]
    ldp     q14, q15, [x0, #0x0e0]
    ldp     q16, q17, [x0, #0x100]
    ldp     q18, q19, [x0, #0x120]
    ldp     q20, q21, [x0, #0x140]
    ldp     q22, q23, [x0, #0x160]
    ldp     q24, q25, [x0, #0x180]
    ldp     q26, q27, [x0, #0x1a0]
    ldp     q28, q29, [x0, #0x1c0]
    ldp     q30, q31, [x0, #0x1e0]
    add     x0, x0, #0x200
    ldp     x1, x2, [x0]
    msr     fpcr, x1
    msr     fpsr, x2
    ret
