/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rows of `make bench` that need no machine. Each fills in its row; false, after saying why, if
 * that did not work.
 */
#pragma once

#include <stdbool.h>

/* kernel_text: the executable sections of an ELF file. */
bool text_measure(const char *elf_path);

/* kernel_lines: the .c, .h and .S files below a folder; lines that are blank or all comment do not
 * count. */
bool lines_measure(const char *folder);

/* build_s: a shell command, the best of three runs. */
bool build_measure(const char *command);
