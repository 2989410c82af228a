/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM on the Odroid C4: the numbers that its system description, its VMM and its device
 * tree have to agree on. Included by vmm.c and overlay.dts; driver_vm.system gets the first two
 * with -D (see ../build.mk).
 */
#pragma once

/* Guest RAM: clear of the firmware's memory (5000000 to 7300000) and of the image (20000000). GPA
 * and PA are the same, because the passed-through devices do DMA. */
#define GUEST_RAM_GPA  0x80000000
#define GUEST_RAM_SIZE 0x40000000

/* Where the payload goes in it (GPA): the kernel at its start, these two clear of the kernel. */
#define GUEST_DTB_GPA    0x88000000
#define GUEST_INITRD_GPA 0x88200000

/* Channel to interrupt, as in driver_vm.system. */
#define PASSTHROUGH_IRQS                                                                           \
    [7] = 192, [8] = 193, [9] = 194, [10] = 53, [11] = 225, [14] = 89, [15] = 35, [17] = 5,        \
    [18] = 222, [19] = 223, [21] = 40, [23] = 96, [24] = 97, [25] = 98, [26] = 99, [27] = 100,     \
    [28] = 101, [29] = 102, [30] = 103

/* The page's protection domain has no smc="true". */
#define VMM_MAY_CALL_FIRMWARE 0
