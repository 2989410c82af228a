/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Lines on stdout that quote what a stranger wrote.
 */
#pragma once

/* Prints a line, with '?' for each control character. */
void payload_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
