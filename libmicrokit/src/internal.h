/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of libmicrokit share among themselves.
 */
#pragma once

/* Runs the PD; entered from _start with an empty stack. */
_Noreturn void microkit_main(void);

/* Prints what the PD has said of a line that it has not ended. */
#ifdef CONFIG_PRINTING
void microkit_text_flush(void);
#else
static inline void microkit_text_flush(void)
{
}
#endif
