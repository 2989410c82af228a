/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A place of QEMU's virt board where nothing answers (hw/arm/virt.c leaves it free), and what the
 * guest table of generic_vmm.system says of it.
 */
#pragma once

#define PLACE_OF_NOTHING 0xb000000
#define PLACE_SIZE       0x1000
#define PLACE_TEXT       "a gap of the board, for this test only"
