/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes small AArch64 ELF files for tests, right or deliberately wrong ones.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct built_segment {
    uint64_t va;
    uint64_t memory_size;
    uint64_t file_size;
    uint32_t flags;       /* PF_R, PF_W, PF_X */
    const void *contents; /* file_size bytes, or NULL: each byte is the low byte of its offset */
};

struct built_symbol {
    const char *name;
    uint64_t va;
    uint64_t size;
    unsigned char info; /* GELF_ST_INFO */
};

/* A section that no segment loads. */
struct built_section {
    const char *name;
    uint64_t size;
    uint32_t type;        /* SHT_PROGBITS where 0 */
    const void *contents; /* `size` bytes, or NULL: zeros */
};

struct elf_recipe {
    uint16_t type;    /* ET_EXEC where 0 */
    uint16_t machine; /* EM_AARCH64 where 0 */
    uint64_t entry;
    const struct built_segment *segments;
    size_t segment_count;
    const struct built_symbol *symbols;
    size_t symbol_count;
    const struct built_section *sections;
    size_t section_count;
};

/* Returns the file's bytes, which the caller frees, and their number. */
uint8_t *elf_build(const struct elf_recipe *recipe, size_t *size);

/* Writes the file to `path`. */
void elf_build_file(const struct elf_recipe *recipe, const char *path);
