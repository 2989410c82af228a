/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * memcpy, memmove, memset and memcmp for freestanding programs; weak, so that a program's own C library
 * takes precedence. General registers only: a PD that never touches the FP registers never pays for them.
 */

    .macro function name
    .section .text.\name, "ax"
    .weak \name
    .type \name, %function
    .balign 64
\name:
    .endm

/* void *memcpy(void *x0, const void *x1, size_t x2) */
    function memcpy
    mov     x3, x0
    subs    x2, x2, #64
    b.lo    2f
    orr     x4, x0, x1          /* word accesses must be aligned where memory is Device */
    tst     x4, #7
    b.ne    4f
1:  ldp     x4, x5, [x1]
    ldp     x6, x7, [x1, #16]
    ldp     x8, x9, [x1, #32]
    ldp     x10, x11, [x1, #48]
    add     x1, x1, #64
    stp     x4, x5, [x3]
    stp     x6, x7, [x3, #16]
    stp     x8, x9, [x3, #32]
    stp     x10, x11, [x3, #48]
    add     x3, x3, #64
    subs    x2, x2, #64
    b.hs    1b
2:  adds    x2, x2, #64
    b.eq    5f
3:  ldrb    w4, [x1], #1
    strb    w4, [x3], #1
    subs    x2, x2, #1
    b.ne    3b
    ret
4:  add     x2, x2, #64
    b       3b
5:  ret

/* void *memmove(void *x0, const void *x1, size_t x2) */
    function memmove
    sub     x3, x0, x1
    cmp     x3, x2
    b.hs    memcpy              /* the target does not begin inside the source */
    cbz     x2, 2f
1:  sub     x2, x2, #1
    ldrb    w4, [x1, x2]
    strb    w4, [x0, x2]
    cbnz    x2, 1b
2:  ret

/* void *memset(void *x0, int w1, size_t x2) */
    function memset
    mov     x3, x0
    tst     x0, #7
    b.ne    3f
    and     x1, x1, #0xff
    orr     x1, x1, x1, lsl #8
    orr     x1, x1, x1, lsl #16
    orr     x1, x1, x1, lsl #32
    subs    x2, x2, #32
    b.lo    2f
1:  stp     x1, x1, [x3]
    stp     x1, x1, [x3, #16]
    add     x3, x3, #32
    subs    x2, x2, #32
    b.hs    1b
2:  add     x2, x2, #32
3:  cbz     x2, 5f
4:  strb    w1, [x3], #1
    subs    x2, x2, #1
    b.ne    4b
5:  ret

/* int memcmp(const void *x0, const void *x1, size_t x2) */
    function memcmp
    cbz     x2, 2f
1:  ldrb    w3, [x0], #1
    ldrb    w4, [x1], #1
    subs    w5, w3, w4
    b.ne    3f
    subs    x2, x2, #1
    b.ne    1b
2:  mov     w5, #0
3:  mov     w0, w5
    ret
