/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * First code of a bare-metal guest: the arm64 `Image` header, the way down from EL2 where the guest
 * runs without a hypervisor, self-relocation, and the exception vectors.
 */
#include "vectors.inc"

#define SCTLR_EL1_OFF 0x30d00800 /* RES1 bits of Armv8.0, MMU and caches off: DDI 0487 D17.2.118 */
#define HCR_EL2_GUEST 0xa0000000 /* RW: EL1 is AArch64; HCD: HVC is undefined at EL1 */
#define SPSR_EL1H     0x3c5      /* EL1 with SP_EL1, D A I F masked */
#define R_RELATIVE    1027       /* R_AARCH64_RELATIVE, ELF for the Arm 64-bit Architecture 5.7 */

/* Offsets in struct cpu_slot. */
#define SLOT_SP    0
#define SLOT_EL    8            /* and daif behind it */
#define SLOT_SPSEL 24           /* and sctlr behind it */

    .section .text.head, "ax"
    .global _start
_start:
    b       start               /* code0 */
    .long   0                   /* code1 */
    .quad   0                   /* text_offset: anywhere 2 MiB aligned */
    .quad   image_size          /* with the zeroed part */
    .quad   0xa                 /* flags: little-endian, 4 KiB pages, anywhere in memory */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

start:
    mov     x20, x0             /* GPA of the device tree */
    msr     daifset, #0xf
    bl      leave_el2
    bl      prepare_el1
    adrp    x0, stack_top
    add     x0, x0, :lo12:stack_top
    mov     sp, x0

    adrp    x0, bss_start
    add     x0, x0, :lo12:bss_start
    adrp    x1, bss_end
    add     x1, x1, :lo12:bss_end
1:  cmp     x0, x1
    b.hs    2f
    str     xzr, [x0], #8
    b       1b

    /* Every dynamic relocation of this image is a relative one. */
2:  adrp    x0, _start
    add     x0, x0, :lo12:_start
    adrp    x1, rela_start
    add     x1, x1, :lo12:rela_start
    adrp    x2, rela_end
    add     x2, x2, :lo12:rela_end
3:  cmp     x1, x2
    b.hs    4f
    ldp     x3, x4, [x1], #16   /* r_offset, r_info */
    ldr     x5, [x1], #8        /* r_addend */
    cmp     x4, #R_RELATIVE
    b.ne    .
    add     x5, x5, x0
    str     x5, [x0, x3]
    b       3b

4:  mov     x0, x20
    bl      platform_start
    b       .

/* Where PSCI has a CPU begin (see cpus.h): x0 is its struct cpu_slot, which gets what it found. */
    .global cpu_entry
cpu_entry:
    mrs     x1, CurrentEL
    mrs     x2, daif
    stp     x1, x2, [x0, #SLOT_EL]
    mrs     x2, spsel
    cmp     x1, #(2 << 2)
    b.eq    1f
    mrs     x1, sctlr_el1
    b       2f
1:  mrs     x1, sctlr_el2
2:  stp     x2, x1, [x0, #SLOT_SPSEL]
    bl      leave_el2
    bl      prepare_el1
    ldr     x1, [x0, #SLOT_SP]
    mov     sp, x1
    bl      cpu_main
    b       .

/* Without a hypervisor: leaves EL2 with every EL1 feature untrapped, and returns at EL1. Changes x1. */
leave_el2:
    mrs     x1, CurrentEL
    cmp     x1, #(2 << 2)
    b.ne    1f
    ldr     x1, =HCR_EL2_GUEST
    msr     hcr_el2, x1
    mov     x1, #3              /* CNTHCTL_EL2: EL1 reads the counter and owns the physical timer */
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    mov     x1, #0x33ff         /* CPTR_EL2: RES1 bits, no trap */
    msr     cptr_el2, x1
    msr     hstr_el2, xzr
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    ldr     x1, =SPSR_EL1H
    msr     spsr_el2, x1
    msr     elr_el2, x30
    eret
1:  ret

/* EL1 as a guest's program finds it. Changes x1. */
prepare_el1:
    ldr     x1, =SCTLR_EL1_OFF
    msr     sctlr_el1, x1
    mov     x1, #(3 << 20)      /* CPACR_EL1.FPEN: FP and SIMD do not trap */
    msr     cpacr_el1, x1
    adrp    x1, vectors
    add     x1, x1, :lo12:vectors
    msr     vbar_el1, x1
    msr     spsel, #1
    isb
    ret
    .ltorg

    .text
    vector_table vectors, 0

/*
 * An interrupt: x18 already holds the counter as it stood at the first instruction of the vector.
 * Saves what C may change and calls irq_hook(stamp). ELR and SPSR are kept, so that hooks may nest.
 */
    .global irq_entry
irq_entry:
    stp     x0, x1, [sp, #-176]!
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x30, x0, [sp, #144]
    str     x1, [sp, #160]
    adrp    x1, irq_hook
    ldr     x1, [x1, :lo12:irq_hook]
    mov     x0, x18
    blr     x1
    ldr     x1, [sp, #160]
    ldp     x30, x0, [sp, #144]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x0, x1, [sp], #176
    eret

/* Any other exception goes to the probe that is armed, or ends the guest (see probe.S). */
    .global other_entry
other_entry:
    b       probe_caught

    .bss
    .balign 16
    .skip   0x8000
stack_top:
