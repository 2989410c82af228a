/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints a memory region that the tool filled from a file. The region is made of whole pages, so
 * the tool also says how many bytes the file had.
 */
#include <microkit.h>

const char *page_vaddr;
uint64_t page_length; /* bytes */

void init(void)
{
    for (uint64_t i = 0; i < page_length; i++) {
        microkit_dbg_putc(page_vaddr[i]);
    }
    microkit_dbg_puts("reader: that was ");
    microkit_dbg_put32((uint32_t)page_length);
    microkit_dbg_puts(" bytes\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
