/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's payload, carried in the VMM's read-only data; linux_setup_images() copies it from here
 * into guest RAM. The build names the three files.
 */

.macro image symbol, path
    .section .rodata.\symbol, "a", %progbits
    .balign 4096
    .global \symbol
    .global \symbol\()_end
\symbol:
    .incbin "\path"
\symbol\()_end:
.endm

image _guest_kernel_image, GUEST_KERNEL_PATH
image _guest_dtb_image, GUEST_DTB_PATH
image _guest_initrd_image, GUEST_INITRD_PATH
