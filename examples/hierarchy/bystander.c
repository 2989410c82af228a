/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A sibling of less priority: it gets to run when the worker no longer does.
 */
#include <microkit.h>

void init(void)
{
    microkit_dbg_puts("bystander: my turn at last\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
