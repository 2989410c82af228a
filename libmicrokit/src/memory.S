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

/*
 * void *memcpy(void *x0, const void *x1, size_t x2)
 *
 * Words are only accessed where they are aligned, as Device memory has it: the target is brought to
 * a word, and if the source is then between two words, each word is put together from both.
 */
    function memcpy
    mov     x3, x0
    cmp     x2, #16
    b.lo    7f
1:  tst     x3, #7
    b.eq    2f
    ldrb    w4, [x1], #1
    strb    w4, [x3], #1
    sub     x2, x2, #1
    b       1b
2:  ands    x5, x1, #7
    b.ne    9f
    subs    x2, x2, #128
    b.lo    4f
3:  ldp     x4, x5, [x1]
    ldp     x6, x7, [x1, #16]
    ldp     x8, x9, [x1, #32]
    ldp     x10, x11, [x1, #48]
    ldp     x12, x13, [x1, #64]
    ldp     x14, x15, [x1, #80]
    stp     x4, x5, [x3]
    stp     x6, x7, [x3, #16]
    ldp     x4, x5, [x1, #96]
    ldp     x6, x7, [x1, #112]
    add     x1, x1, #128
    stp     x8, x9, [x3, #32]
    stp     x10, x11, [x3, #48]
    stp     x12, x13, [x3, #64]
    stp     x14, x15, [x3, #80]
    stp     x4, x5, [x3, #96]
    stp     x6, x7, [x3, #112]
    add     x3, x3, #128
    subs    x2, x2, #128
    b.hs    3b
4:  adds    x2, x2, #128 - 16
    b.lo    14f                 /* no carry: fewer than 16 */
13: ldp     x4, x5, [x1], #16
    stp     x4, x5, [x3], #16
    subs    x2, x2, #16
    b.hs    13b
14: adds    x2, x2, #16 - 8
    b.lo    6f                  /* no carry: fewer than 8 */
5:  ldr     x4, [x1], #8
    str     x4, [x3], #8
    subs    x2, x2, #8
    b.hs    5b
6:  add     x2, x2, #8
7:  cbz     x2, 8f
    ldrb    w4, [x1], #1
    strb    w4, [x3], #1
    sub     x2, x2, #1
    b       7b
8:  ret
9:  lsl     x5, x5, #3          /* bits of the first word that are behind us */
    neg     x6, x5              /* shifts are modulo 64 */
    bic     x1, x1, #7
    ldr     x7, [x1], #8
    subs    x2, x2, #16
    b.lo    11f
10: ldp     x8, x9, [x1], #16
    lsr     x10, x7, x5
    lsl     x11, x8, x6
    orr     x10, x10, x11
    lsr     x12, x8, x5
    lsl     x13, x9, x6
    orr     x12, x12, x13
    stp     x10, x12, [x3], #16
    mov     x7, x9
    subs    x2, x2, #16
    b.hs    10b
11: add     x2, x2, #16
    sub     x1, x1, #8
    add     x1, x1, x5, lsr #3
    b       7b

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
    cmp     x2, #16
    b.lo    4f
    and     x1, x1, #0xff
    orr     x1, x1, x1, lsl #8
    orr     x1, x1, x1, lsl #16
    orr     x1, x1, x1, lsl #32
0:  tst     x3, #7
    b.eq    1f
    strb    w1, [x3], #1
    sub     x2, x2, #1
    b       0b
1:  subs    x2, x2, #32
    b.lo    3f
2:  stp     x1, x1, [x3]
    stp     x1, x1, [x3, #16]
    add     x3, x3, #32
    subs    x2, x2, #32
    b.hs    2b
3:  add     x2, x2, #32
4:  cbz     x2, 5f
    strb    w1, [x3], #1
    sub     x2, x2, #1
    b       4b
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
