/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Stand-ins for the programs of device classes, for tests: ELF files that have nothing but the
 * sections which `drover compose` overwrites.
 */
#pragma once

#include <stddef.h>

/* Makes them, and client.elf, which has the section of a client of each class, in `directory`. */
void serve_programs_make(const char *directory);

/* Makes one with a single section of `size` bytes, of `type` (SHT_PROGBITS, SHT_NOBITS). */
void serve_program_make(const char *directory, const char *name, const char *section, size_t size,
                        unsigned type);

/* Removes what was made. */
void serve_programs_remove(const char *directory);
