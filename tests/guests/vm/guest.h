/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The numbers that vmm.c, overlay.dts and guest.system agree on.
 */
#pragma once

#define GUEST_RAM_GPA    0x40000000 /* the same as its PA */
#define GUEST_RAM_SIZE   0x10000000
#define GUEST_DTB_GPA    0x48000000 /* clear of the largest kernel */
#define GUEST_INITRD_GPA 0x48200000
