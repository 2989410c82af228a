/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Regions for macro_mistake_in_included_file.system.
 */
#define PAGE 0x1000
<memory_region name="ram"
               size=PAGE
               phys_addr="0x40000001" />
