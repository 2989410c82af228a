/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Small things that VMMs use: log lines and a printf for the debug console. A release configuration
 * prints nothing.
 */
#pragma once

#include <microkit.h>

/*
 * Prints to the debug console. Knows %s %c %d %i %u %x %p %% with the length modifiers l, ll and z,
 * a zero flag and a width. Anything else is printed as it stands.
 */
void vmm_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line of the VMM: its name, what kind of line it is, the text (which ends in \n). */
#define LOG_VMM(...)                                                                               \
    do {                                                                                           \
        vmm_printf("%s|INFO: ", microkit_name);                                                    \
        vmm_printf(__VA_ARGS__);                                                                   \
    } while (0)
#define LOG_VMM_ERR(...)                                                                           \
    do {                                                                                           \
        vmm_printf("%s|ERROR: ", microkit_name);                                                   \
        vmm_printf(__VA_ARGS__);                                                                   \
    } while (0)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#endif
