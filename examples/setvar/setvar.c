/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Numbers of the system description that the tool writes into the program, so that they stand in
 * one place only. Everything here but the code is such a number.
 */
#include <microkit.h>

uintptr_t frame_vaddr; /* where the PD has the region (VA) */
uint64_t frame_size;   /* bytes */
uint64_t frame_paddr;  /* where the board has it (PA) */
uint64_t anywhere_paddr;
uint64_t child_id;
uint64_t child_channel;

static void say(const char *what, uint64_t value)
{
    microkit_dbg_puts(what);
    microkit_dbg_put32((uint32_t)value);
    microkit_dbg_puts("\n");
}

void init(void)
{
    say("frame_vaddr is ", frame_vaddr);
    say("frame_size is ", frame_size);
    say("frame_paddr is ", frame_paddr);
    say("bytes of anywhere_paddr below 2 MiB: ", anywhere_paddr % 0x200000);
    say("child_id is ", child_id);
    say("child_channel is ", child_channel);
    ((volatile uint8_t *)frame_vaddr)[frame_size - 1] = 1; /* a fault if either were wrong */
    microkit_notify((microkit_channel)child_channel);
}

void notified(microkit_channel ch)
{
    say("the child answers on channel ", ch);
}
