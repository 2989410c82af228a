/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the reader of programs. What is accepted has to hold what the planner relies on: segments
 * inside the file, and pieces that cover every page of them once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drover/abi.h"
#include "plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_segments(const struct elf *elf)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        require(segment->memory_size > 0 && segment->file_size <= segment->memory_size);
        require(segment->va + segment->memory_size > segment->va);
        volatile uint8_t last = 0;
        if (segment->file_size > 0) {
            last = segment->contents[0];
            last = segment->contents[segment->file_size - 1];
        }
        (void)last;
        require(i == 0 || segment[-1].va + segment[-1].memory_size <= segment->va);
    }
}

static void check_pieces(const struct program *program)
{
    for (size_t i = 0; i < program->piece_count; i++) {
        const struct piece *piece = &program->pieces[i];
        require(piece->size > 0 && (piece->va | piece->size) % PAGE_SIZE_4K == 0);
        require(i == 0 || piece[-1].va + piece[-1].size <= piece->va);
    }
    for (size_t i = 0; i < program->elf->segment_count; i++) {
        const struct elf_segment *segment = &program->elf->segments[i];
        uint64_t covered = segment->va - segment->va % PAGE_SIZE_4K;
        uint64_t end = segment->va + segment->memory_size;
        for (size_t j = 0; j < program->piece_count; j++) {
            const struct piece *piece = &program->pieces[j];
            if (covered < end && piece->va <= covered && covered - piece->va < piece->size) {
                require(piece->perms == segment->perms);
                require(piece->contents || segment->file_size == 0 ||
                        piece->va >= segment->va + segment->file_size);
                covered = piece->va + piece->size;
            }
        }
        require(covered >= end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct elf_rules rules = {.va_start = PAGE_SIZE_4K, .va_end = PD_USER_VA_END};
    uint8_t *copy = malloc(size + 1);
    require(copy != NULL);
    memcpy(copy, data, size);
    struct elf *elf = elf_parse("fuzz.elf", copy, size, NULL);
    if (elf != NULL) {
        struct elf_symbol symbol;
        check_segments(elf);
        elf_symbol(elf, "microkit_name", &symbol);
        elf_symbol(elf, "", &symbol);
        if (elf_check(elf, &rules, NULL)) {
            struct program program = {.elf = elf};
            program_split(&program);
            check_pieces(&program);
            free(program.pieces);
        }
    }
    elf_free(elf);
    free(copy);
    return 0;
}
