/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Sixteen vector tables, one after the other: in table k the counter is stamped after k instructions.
 */
#include "vectors.inc"

    .text
    .balign 0x800
    .global phase_vectors
phase_vectors:
    .set    phase, 0
    .altmacro
.macro phase_table number
    vector_table phase_vectors_\number, \number
.endm
    .rept 16
    phase_table %phase
    .set    phase, phase + 1
    .endr
