/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the files of libmicrokit share among themselves.
 */
#pragma once

/* Runs the PD; entered from _start with an empty stack. */
_Noreturn void microkit_main(void);
