/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The payload of a Linux guest: kernel, device tree, initial RAM disk, checked and put into guest
 * RAM as Linux' arm64 boot protocol (Documentation/arch/arm64/booting.rst) asks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LINUX_IMAGE_MAGIC 0x644d5241 /* "ARM\x64" */

/* The first bytes of an arm64 `Image`; all fields little-endian. */
struct linux_image_header {
    uint32_t code0;
    uint32_t code1;
    uint64_t text_offset; /* from a 2 MiB boundary to the image, bytes */
    uint64_t image_size;  /* bytes of memory it needs from there, with its bss; 0: unknown */
    uint64_t flags;
    uint64_t res2;
    uint64_t res3;
    uint64_t res4;
    uint32_t magic;
    uint32_t res5;
};

/*
 * Checks the payload and puts it into guest RAM, cleaned to the point of coherency.
 *
 * `ram_start_gpa` (GPA, multiple of 2 MiB): where RAM for the kernel begins. `kernel`, `dtb_src`,
 * `initrd_src` (VA in the VMM) with their sizes in bytes: the files; an initrd of size 0 means
 * none. `dtb_dest_gpa`, `initrd_dest_gpa` (GPA): where they go. Kernel (with its bss), device tree
 * and initrd have to lie in guest RAM and apart from each other.
 *
 * Returns the kernel's entry point (GPA), or 0 after one line that says which payload is wrong,
 * where it would lie, and what to change.
 */
uint64_t linux_setup_images(uint64_t ram_start_gpa, uintptr_t kernel, size_t kernel_size,
                            uintptr_t dtb_src, uint64_t dtb_dest_gpa, size_t dtb_size,
                            uintptr_t initrd_src, uint64_t initrd_dest_gpa, size_t initrd_size);
