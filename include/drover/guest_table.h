/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The guest table: what `drover compose` tells the generic VMM (vmm.elf) about its guest. It is a
 * file that the system description puts into a memory region (prefill_path) and maps read-only into
 * the VMM. Where the VM's memory, interrupts and interrupt controller are is not in it: that the
 * VMM has from struct vm_info, which `drover build` writes. Little-endian; offsets are bytes from
 * the start of the table.
 *
 * The VMM's symbols that the description sets (setvar_vaddr, setvar_prefill_size), all uintptr_t:
 *     guest_ram_vaddr                           guest RAM, read-write
 *     guest_table_vaddr, guest_table_size       this table, read-only; the size is the file's
 *     guest_kernel_vaddr, guest_kernel_size     an arm64 Image, read-only; sizes are the files'
 *     guest_dtb_vaddr, guest_dtb_size           the guest's device tree
 *     guest_initrd_vaddr, guest_initrd_size     its initial RAM disk; both 0: none
 */
#pragma once

#include <stdint.h>

#include "abi.h"

#define GUEST_TABLE_MAGIC   0x454c42415447u /* "GTABLE" */
#define GUEST_TABLE_VERSION 1

enum guest_table_flags {
    /* The guest's power-off switches the machine off (PSCI SYSTEM_OFF); the VMM may call firmware.
     */
    GUEST_TABLE_OFF_IS_MACHINE_OFF = 1,
};

#define GUEST_PLACE_TEXT_MAX 512 /* bytes of a text, with the NUL at its end */

/* What is said where no place holds the byte: a table has them all, RAM included. */
#define GUEST_PLACE_NONE "nobody: no node of the board's tree has registers at this byte"

/* A part of the board, for the VMM's line about an access that nobody answers. */
struct guest_place {
    uint64_t pa; /* first byte; devices have the same GPA */
    uint64_t size;
    uint32_t text_offset; /* what is there and whose, as `drover explain` says it; NUL-terminated,
                             without control characters */
    uint32_t reserved;
};

struct guest_table {
    uint64_t magic;
    uint32_t version;
    uint32_t size;  /* bytes, with the arrays and texts */
    uint32_t flags; /* enum guest_table_flags */
    uint32_t reserved;
    uint64_t kernel_gpa; /* what linux_setup_images() takes as start of RAM; multiple of 2 MiB */
    uint64_t dtb_gpa;
    uint64_t initrd_gpa;
    uint32_t place_offset; /* struct guest_place[place_count]; by PA; where two hold a byte, the
                              later one is the more precise */
    uint32_t place_count;
    uint32_t smc_offset; /* uint32_t[smc_count]: function identifiers that go to the firmware */
    uint32_t smc_count;
};
