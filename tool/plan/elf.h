/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs: AArch64 ELF files, read with libelf. Nothing in a file is trusted: every segment that
 * this interface shows lies inside its file and its address range does not wrap.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file.h"
#include "system.h"

/* A PT_LOAD segment with a size. */
struct elf_segment {
    uint64_t va;
    uint64_t memory_size;    /* bytes; what exceeds file_size is zero */
    uint64_t file_size;      /* bytes */
    const uint8_t *contents; /* file_size bytes */
    uint32_t perms;          /* MAP_PERM_READ, _WRITE, _EXECUTE; code can always be read */
};

struct elf_symbol {
    uint64_t va;
    uint64_t size;  /* bytes; 0 where the file does not say */
    bool ambiguous; /* several local symbols have the name, and no global one */
};

struct elf {
    char *path;
    struct file file;
    bool borrowed; /* `file` is the caller's */
    void *handle;  /* libelf's */
    uint64_t entry_va;
    bool position_independent;    /* ET_DYN */
    struct elf_segment *segments; /* in the order of their VA, disjoint */
    size_t segment_count;
};

/* What a program has to keep to. */
struct elf_rules {
    uint64_t va_start;         /* it may lie from here */
    uint64_t va_end;           /* to here, exclusive */
    bool position_independent; /* it may be */
};

/* Reads the ELF file `path`. On failure reports it at `at` and returns NULL. */
struct elf *elf_read(const char *path, const struct source *at);

/* Like elf_read(), of `size` bytes at `bytes`, which must outlive the result; for tests. */
struct elf *elf_parse(const char *path, uint8_t *bytes, size_t size, const struct source *at);

void elf_free(struct elf *elf);

/*
 * Checks what the page tables need of a program: it keeps to `rules`, each segment is readable,
 * none writable and executable, the entry point is in an executable one, and segments with
 * different permissions share no page. Reports each mistake at `at`; returns false if there was
 * one.
 */
bool elf_check(const struct elf *elf, const struct elf_rules *rules, const struct source *at);

/* A section that the file has in its table. */
struct elf_section {
    uint64_t offset;   /* in the file */
    uint64_t size;     /* bytes */
    bool has_contents; /* they are in the file: neither zeroes only, nor past its end */
};

/* elf_section.c: finds a section by its name; the first, if there are several. Returns false if
 * there is none. */
bool elf_section(const struct elf *elf, const char *name, struct elf_section *found);

/* Finds a symbol of data or code; a global one wins over local ones. Returns false if there is
 * none. */
bool elf_symbol(const struct elf *elf, const char *name, struct elf_symbol *symbol);
