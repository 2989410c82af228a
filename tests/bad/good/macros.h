/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * For macros.system.
 */
#define PAGE 0x1000
