/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A program with a section of its own, which is changed after linking: the way in which sDDF's
 * systems tell their components what they are.
 */
#include <microkit.h>

__attribute__((section(".patched_config"))) char config[32] = "as it was compiled";

void init(void)
{
    microkit_dbg_puts("config: ");
    microkit_dbg_puts(config);
    microkit_dbg_puts("\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
