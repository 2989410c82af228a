/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The driver VM on QEMU's virt board: the numbers that its system description, its VMM and its
 * device tree have to agree on. Included by vmm.c and overlay.dts; driver_vm.system gets the first
 * two with -D (see ../build.mk).
 */
#pragma once

/* Guest RAM. GPA and PA are the same, because the passed-through devices do DMA. */
#define GUEST_RAM_GPA  0x40000000
#define GUEST_RAM_SIZE 0x20000000

/* Where the payload goes in it (GPA): the kernel at its start, these two clear of the kernel. */
#define GUEST_DTB_GPA    0x48000000
#define GUEST_INITRD_GPA 0x48200000

/* Channel to interrupt, as in driver_vm.system: UART, RTC, GPIO. */
#define PASSTHROUGH_IRQS [1] = 33, [2] = 34, [3] = 39

/* The VMM's protection domain has smc="true". */
#define VMM_MAY_CALL_FIRMWARE 1
