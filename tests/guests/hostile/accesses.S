/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Every way to touch memory, one instruction each; see access.h. The GPA is in x0.
 */
    .arch_extension lse
    .arch_extension fp
    .arch_extension simd

#define LOAD   0
#define STORE  1
#define HINT   2
#define ATOMIC 4
#define USER   8

/* Code, name and table entry of one access. */
.macro access kind, instruction:vararg
    .text
1:  \instruction
    ret
    .section .rodata.names, "a"
2:  .asciz  "\instruction"
    .section .data.rel.ro.accesses, "aw"
    .quad   2b, 1b, \kind
.endm

    .section .data.rel.ro.accesses, "aw"
    .balign 8
    .global accesses
accesses:

    /* General registers: every size, sign and addressing mode. */
    access  LOAD, ldrb w1, [x0]
    access  LOAD, ldrh w1, [x0]
    access  LOAD, ldr w1, [x0]
    access  LOAD, ldr x1, [x0]
    access  LOAD, ldrsb w1, [x0]
    access  LOAD, ldrsb x1, [x0]
    access  LOAD, ldrsh w1, [x0]
    access  LOAD, ldrsh x1, [x0]
    access  LOAD, ldrsw x1, [x0]
    access  LOAD, ldr wzr, [x0]
    access  LOAD, ldr xzr, [x0]
    access  STORE, strb w1, [x0]
    access  STORE, strh w1, [x0]
    access  STORE, str w1, [x0]
    access  STORE, str x1, [x0]
    access  STORE, str wzr, [x0]
    access  STORE, str xzr, [x0]
    access  LOAD, ldr x1, [x0, xzr]
    access  LOAD, ldr x1, [x0, wzr, uxtw #3]
    access  LOAD, ldur x1, [x0, #0]
    access  USER, ldtr x1, [x0, #0]
    access  USER, sttr x1, [x0, #0]
    access  USER, ldtrb w1, [x0, #0]
    access  USER, sttrh w1, [x0, #0]
    access  LOAD, ldr x1, [x0], #8
    access  LOAD, ldr x1, [x0, #0]!
    access  LOAD, ldrb w1, [x0], #1
    access  LOAD, ldrsh x1, [x0], #-2
    access  STORE, str x1, [x0], #8
    access  STORE, str x1, [x0, #0]!
    access  STORE, strb w1, [x0], #1
    access  STORE, strh w1, [x0], #-256

    /* Pairs. */
    access  LOAD, ldp w1, w2, [x0]
    access  LOAD, ldp x1, x2, [x0]
    access  LOAD, ldpsw x1, x2, [x0]
    access  LOAD, ldnp x1, x2, [x0]
    access  LOAD, ldp x1, x2, [x0], #16
    access  LOAD, ldp x1, x2, [x0, #0]!
    access  STORE, stp w1, w2, [x0]
    access  STORE, stp x1, x2, [x0]
    access  STORE, stnp x1, x2, [x0]
    access  STORE, stp x1, x2, [x0], #16
    access  STORE, stp xzr, xzr, [x0, #0]!

    /* Exclusive, acquire and release. */
    access  LOAD, ldxrb w1, [x0]
    access  LOAD, ldxrh w1, [x0]
    access  LOAD, ldxr w1, [x0]
    access  LOAD, ldxr x1, [x0]
    access  LOAD, ldxp x1, x2, [x0]
    access  LOAD, ldaxr x1, [x0]
    access  LOAD, ldaxp w1, w2, [x0]
    access  LOAD, ldarb w1, [x0]
    access  LOAD, ldarh w1, [x0]
    access  LOAD, ldar w1, [x0]
    access  LOAD, ldar x1, [x0]
    access  STORE, stlrb w1, [x0]
    access  STORE, stlrh w1, [x0]
    access  STORE, stlr w1, [x0]
    access  STORE, stlr x1, [x0]
    access  HINT, stxr w3, x1, [x0] /* fails by itself without a reservation */
    access  HINT, stlxp w3, x1, x2, [x0]

    /* FP and SIMD. */
    access  LOAD, ldr b0, [x0]
    access  LOAD, ldr h0, [x0]
    access  LOAD, ldr s0, [x0]
    access  LOAD, ldr d0, [x0]
    access  LOAD, ldr q0, [x0]
    access  LOAD, ldp s0, s1, [x0]
    access  LOAD, ldp d0, d1, [x0]
    access  LOAD, ldp q0, q1, [x0]
    access  LOAD, ldr q0, [x0], #16
    access  STORE, str b0, [x0]
    access  STORE, str h0, [x0]
    access  STORE, str s0, [x0]
    access  STORE, str d0, [x0]
    access  STORE, str q0, [x0]
    access  STORE, stp d0, d1, [x0]
    access  STORE, stp q0, q1, [x0], #32
    access  LOAD, ld1 {v0.16b}, [x0]
    access  LOAD, ld1 {v0.16b-v3.16b}, [x0], #64
    access  LOAD, ld1 {v0.b}[3], [x0]
    access  LOAD, ld1r {v0.4s}, [x0]
    access  LOAD, ld2 {v0.4s, v1.4s}, [x0]
    access  LOAD, ld3 {v0.8h-v2.8h}, [x0]
    access  LOAD, ld4 {v0.2d-v3.2d}, [x0]
    access  STORE, st1 {v0.16b}, [x0]
    access  STORE, st1 {v0.d}[1], [x0]
    access  STORE, st2 {v0.4s, v1.4s}, [x0]
    access  STORE, st4 {v0.16b-v3.16b}, [x0], #64

    /* Prefetch and caches. */
    access  HINT, prfm pldl1keep, [x0]
    access  HINT, prfm pstl1strm, [x0]
    access  HINT, prfm plil1keep, [x0]
    access  HINT, dc civac, x0
    access  HINT, dc cvac, x0
    access  HINT, dc cvau, x0
    access  HINT, dc ivac, x0
    access  HINT, ic ivau, x0
    access  STORE, dc zva, x0

    /* Armv8.1 atomics. */
    access  ATOMIC, swp x1, x2, [x0]
    access  ATOMIC, swpalb w1, w2, [x0]
    access  ATOMIC, ldadd x1, x2, [x0]
    access  ATOMIC, ldclrh w1, w2, [x0]
    access  ATOMIC, ldset w1, wzr, [x0]
    access  ATOMIC, ldeoral x1, x2, [x0]
    access  ATOMIC, ldumax x1, x2, [x0]
    access  ATOMIC, cas x1, x2, [x0]
    access  ATOMIC, casp x2, x3, x4, x5, [x0]

    .section .data.rel.ro.accesses, "aw"
    .global accesses_end
accesses_end:
