/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The rows of `make bench` that need no machine; see sizes.h.
 */
#include "sizes.h"

#include <elf.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "rows.h"

#define BUILD_RUNS  3
#define FOLDERS_MAX 16 /* file descriptors that the walk may hold */

bool text_measure(const char *elf_path)
{
    FILE *elf = fopen(elf_path, "re");
    Elf64_Ehdr header;
    Elf64_Shdr section;
    uint64_t bytes = 0;
    if (elf == NULL || fread(&header, sizeof header, 1, elf) != 1) {
        perror(elf_path);
        return false;
    }
    for (unsigned i = 0; i < header.e_shnum; i++) {
        if (fseek(elf, (long)(header.e_shoff + i * sizeof section), SEEK_SET) != 0 ||
            fread(&section, sizeof section, 1, elf) != 1) {
            perror(elf_path);
            fclose(elf);
            return false;
        }
        bytes += section.sh_flags & SHF_EXECINSTR ? section.sh_size : 0;
    }
    fclose(elf);
    return row_set_drover("kernel_text", (double)bytes);
}

/* Whether a line holds anything besides blanks and comments; `in_comment` goes on to the next. */
static bool line_counts(const char *line, bool *in_comment)
{
    bool counts = false;
    while (*line != '\0') {
        if (*in_comment) {
            const char *end = strstr(line, "*/");
            *in_comment = end == NULL;
            line = end == NULL ? line + strlen(line) : end + 2;
        } else if (strncmp(line, "/*", 2) == 0) {
            *in_comment = true;
            line += 2;
        } else if (strncmp(line, "//", 2) == 0) {
            break;
        } else {
            counts = counts || strchr(" \t\r\n", *line) == NULL;
            line++;
        }
    }
    return counts;
}

static size_t line_count;

static int file_count(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    const char *suffix = strrchr(path, '.');
    (void)status;
    (void)walk;
    if (kind != FTW_F || suffix == NULL ||
        (strcmp(suffix, ".c") != 0 && strcmp(suffix, ".h") != 0 && strcmp(suffix, ".S") != 0)) {
        return 0;
    }
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    bool in_comment = false;
    if (file == NULL) {
        perror(path);
        return -1;
    }
    while (getline(&line, &capacity, file) >= 0) {
        line_count += line_counts(line, &in_comment);
    }
    free(line);
    fclose(file);
    return 0;
}

bool lines_measure(const char *folder)
{
    if (nftw(folder, file_count, FOLDERS_MAX, FTW_PHYS) != 0) {
        fprintf(stderr, "bench: cannot read the sources in %s\n", folder);
        return false;
    }
    return row_set_drover("kernel_lines", (double)line_count);
}

bool build_measure(const char *command)
{
    double best = 0;
    for (int i = 0; i < BUILD_RUNS; i++) {
        double start = clock_seconds();
        if (system(command) != 0) {
            fprintf(stderr, "bench: this failed: %s\n", command);
            return false;
        }
        double spent = clock_seconds() - start;
        best = i == 0 || spent < best ? spent : best;
    }
    return row_set_drover("build_s", best);
}
