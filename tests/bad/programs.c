/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the programs that the corpus of bad system descriptions names: NAME.elf, named after the
 * one thing that is wrong with it, and good.elf. The argument is the directory to put them in.
 */
#include <elf.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover/abi.h"
#include "elf_build.h"

#define GLOBAL_DATA (STB_GLOBAL << 4 | STT_OBJECT)
#define LOCAL_DATA  (STB_LOCAL << 4 | STT_OBJECT)
#define SEGMENT_MAX 3
#define CODE                                                                                       \
    {                                                                                              \
        .va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X             \
    }
#define DATA                                                                                       \
    {                                                                                              \
        .va = 0x201000, .memory_size = 0x2000, .file_size = 0x40, .flags = PF_R | PF_W             \
    }

static const struct built_symbol symbols[] = {
    {"value", 0x201000, 8, GLOBAL_DATA},     {"zero", 0x202000, 8, GLOBAL_DATA},
    {"narrow", 0x201010, 4, GLOBAL_DATA},    {"code", 0x200010, 8, STB_GLOBAL << 4 | STT_FUNC},
    {"elsewhere", 0x900000, 8, GLOBAL_DATA}, {"wide", 0x201020, 16, GLOBAL_DATA},
    {"local", 0x201030, 8, LOCAL_DATA},      {"local", 0x201038, 8, LOCAL_DATA},
};

static const struct built_symbol narrow_name[] = {{"microkit_name", 0x201000, 16, GLOBAL_DATA}};

#define SYMBOLS(list) .symbols = (list), .symbol_count = sizeof(list) / sizeof((list)[0])

static const struct program {
    const char *name;
    struct elf_recipe recipe; /* without segments */
    struct built_segment segments[SEGMENT_MAX];
} programs[] = {
    {"good", {.entry = 0x200000, SYMBOLS(symbols)}, {CODE, DATA}},
    {"for_x86", {.entry = 0x200000, .machine = EM_X86_64}, {CODE, DATA}},
    {"relocatable", {.type = ET_REL}, {CODE, DATA}},
    {"position_independent", {.entry = 0x200000, .type = ET_DYN}, {CODE, DATA}},
    {"nothing_to_load", {.entry = 0x200000}, {{0}}},
    {"not_readable",
     {.entry = 0x200000},
     {CODE, {.va = 0x201000, .memory_size = 0x100, .file_size = 0x40, .flags = PF_W}}},
    {"entry_in_data", {.entry = 0x201000}, {CODE, DATA}},
    {"narrow_name", {.entry = 0x200000, SYMBOLS(narrow_name)}, {CODE, DATA}},
    {"writable_code",
     {.entry = 0x200000},
     {{.va = 0x200000, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_W | PF_X}}},
    {"shared_page",
     {.entry = 0x200000},
     {CODE, {.va = 0x200800, .memory_size = 0x100, .file_size = 0x40, .flags = PF_R | PF_W}}},
    {"overlapping_segments",
     {.entry = 0x200000},
     {CODE, {.va = 0x200080, .memory_size = 0x100, .file_size = 0x40, .flags = PF_R | PF_X}}},
    {"at_zero",
     {.entry = 0},
     {{.va = 0, .memory_size = 0x100, .file_size = 0x100, .flags = PF_R | PF_X}}},
    {"too_high",
     {.entry = 0x200000},
     {CODE, {.va = PD_USER_VA_END, .memory_size = 0x1000, .flags = PF_R | PF_W}}},
    {"wrapping",
     {.entry = 0x200000},
     {CODE, {.va = UINT64_MAX - 0x10, .memory_size = 0x1000, .flags = PF_R | PF_W}}},
};

static void write_program(const struct program *program, const char *path)
{
    struct elf_recipe recipe = program->recipe;
    recipe.segments = program->segments;
    while (recipe.segment_count < SEGMENT_MAX &&
           program->segments[recipe.segment_count].memory_size != 0) {
        recipe.segment_count++;
    }
    elf_build_file(&recipe, path);
}

static void write_bytes(const char *path, size_t size)
{
    FILE *out = fopen(path, "wb");
    for (size_t i = 0; out != NULL && i < size; i++) {
        fputc("not a program\n"[i % 14], out);
    }
    if (out == NULL || fclose(out) != 0) {
        err(1, "%s", path);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0) {
        errx(1, "usage: programs DIRECTORY");
    }
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        char path[NAME_MAX];
        snprintf(path, sizeof(path), "%s.elf", programs[i].name);
        write_program(&programs[i], path);
    }
    write_program(&programs[0], "cut_short.elf");
    if (truncate("cut_short.elf", 0x100) != 0) {
        err(1, "cut_short.elf");
    }
    write_bytes("text.elf", 200);
    write_bytes("empty.elf", 0);
    write_bytes("two_pages", 0x1001);
    if (mkfifo("pipe.elf", 0600) != 0 && errno != EEXIST) {
        err(1, "pipe.elf");
    }
    return EXIT_SUCCESS;
}
