/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest's images inside the VMM's; the build says which files. An initrd is optional.
 */
    .section .rodata.images, "a"

.macro image name, path
    .balign 4096
    .global \name
\name:
    .incbin "\path"
    .global \name\()_end
\name\()_end:
.endm

    image guest_kernel, GUEST_KERNEL_PATH
    image guest_dtb, GUEST_DTB_PATH
#ifdef GUEST_INITRD_PATH
    image guest_initrd, GUEST_INITRD_PATH
#else
    .global guest_initrd, guest_initrd_end
guest_initrd:
guest_initrd_end:
#endif
