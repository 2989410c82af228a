/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The first bytes of an image: the arm64 `Image` header (Linux, Documentation/arm64/booting.rst, section 4), what the
 * tool tells the loader, and the way from the boot loader's machine state to C. The code is position-independent;
 * it still insists on the place the image was built for, since the contents are used in place.
 */
#include "drover/manifest.h"

#define CURRENT_EL_2   0x8      /* CurrentEL, Arm ARM DDI 0487, C5.2.1 */
#define SCTLR_EL2_RES1 0x30c50830
#define SCTLR_M        (1 << 0)
#define SCTLR_C        (1 << 2)
#define SCTLR_I        (1 << 12)

    .section .text.header, "ax"
    .global _start
_start:
    b       start
    .long   0
    .quad   0                   /* text_offset, image_size, flags: the tool's */
    .quad   0
    .quad   0
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .global loader_info         /* at LOADER_INFO_OFFSET: the tool's */
loader_info:
    .space  128

start:
    msr     daifset, #0xf
    adr     x20, _start
    adrp    x1, loader_stack_top
    add     x1, x1, :lo12:loader_stack_top
    mrs     x2, CurrentEL
    cmp     x2, #CURRENT_EL_2
    b.ne    1f
    bl      mmu_leave
    mov     sp, x1
    adr     x0, loader_info
    mov     x1, x20
    bl      loader_prepare
    adr     x0, loader_info
    bl      mmu_enter
    adr     x0, loader_info
    bl      loader_fill         /* returns the kernel's table, entry and manifest in x0..x2 */
    adr     x0, loader_info
    ldr     x1, [x0, #LOADER_INFO_KERNEL_ENTRY]
    ldr     x0, [x0, #LOADER_INFO_KERNEL_TABLE]
    b       loader_switch

1:  mov     sp, x1
    adr     x0, loader_info
    lsr     x1, x2, #2
    b       loader_wrong_el

/* The boot protocol says MMU and data cache off; a boot loader's `go` leaves them on. What it wrote is then pushed out
 * to memory first. Keeps x1. */
mmu_leave:
    mrs     x3, sctlr_el2
    tst     x3, #SCTLR_M
    b.eq    2f
    adr     x4, _start
    adr     x5, loader_info
    ldr     x5, [x5, #LOADER_INFO_IMAGE_SIZE]
    add     x5, x4, x5
1:  dc      civac, x4
    add     x4, x4, #16         /* the smallest line the architecture allows */
    cmp     x4, x5
    b.lo    1b
    dsb     sy
    bic     x3, x3, #SCTLR_M
    bic     x3, x3, #SCTLR_C
    msr     sctlr_el2, x3
    isb
2:  ret

/* x0: struct loader_info. The loader's own 1:1 table, caches on. */
mmu_enter:
    ldr     x1, [x0, #LOADER_INFO_LOADER_TABLE]
    b       table_set

/* x1: table to use; on from here. Runs mapped 1:1. */
    .section .text.switch, "ax"
    .balign 4096
/* loader_switch(table PA, entry VA): the only page of the loader that the kernel's table maps. */
    .global loader_switch
loader_switch:
    mov     x20, x1
    mov     x1, x0
    mrs     x3, sctlr_el2
    bic     x3, x3, #SCTLR_M
    bic     x3, x3, #SCTLR_C
    msr     sctlr_el2, x3
    isb
    bl      table_set
    ldr     x0, =KERNEL_MANIFEST_VA
    br      x20

table_set:
    mov     x2, #MAIR_EL2_VALUE
    msr     mair_el2, x2
    ldr     x2, =TCR_EL2_VALUE
    msr     tcr_el2, x2
    msr     ttbr0_el2, x1
    dsb     sy
    isb
    tlbi    alle2
    ic      iallu
    dsb     nsh
    isb
    ldr     x2, =(SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_I)
    msr     sctlr_el2, x2
    isb
    ret
    .ltorg
