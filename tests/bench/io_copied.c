/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * See io_copied.h. The count's address in the VMM comes from symbols, the memory behind it from the
 * report of the system's build.
 */
#include "io_copied.h"

#include <stdio.h>
#include <string.h>

#include "io_count.h"

#define IO_DIR    BUILD_DIR "/tests/bench/io"
#define SYMBOLS   IO_DIR "/copied.symbols"
#define LINE_SIZE 512

/* The value and the size of a symbol. */
static bool symbol_find(const char *name, unsigned long *value, unsigned long *size)
{
    FILE *symbols = fopen(SYMBOLS, "re");
    char line[LINE_SIZE], found[LINE_SIZE];
    bool is_found = false;
    while (symbols != NULL && !is_found && fgets(line, sizeof line, symbols) != NULL) {
        is_found =
            sscanf(line, "%lx %lx %*s %511s", value, size, found) == 3 && strcmp(found, name) == 0;
    }
    if (symbols != NULL) {
        fclose(symbols);
    }
    return is_found;
}

/* The PA of a VA of the VMM that serves. */
static bool memory_find(const char *name, unsigned long va, unsigned long *pa)
{
    char path[LINE_SIZE], line[LINE_SIZE], what[16];
    snprintf(path, sizeof path, IO_DIR "/%s/report.txt", name);
    FILE *report = fopen(path, "re");
    bool is_in_vmm = false, is_found = false;
    unsigned long begin, end;
    while (report != NULL && !is_found && fgets(line, sizeof line, report) != NULL) {
        if (strncmp(line, "Protection domain ", 18) == 0) {
            is_in_vmm = strstr(line, "\"storage_vmm\"") != NULL;
        } else if (is_in_vmm && sscanf(line, " %lx..%lx %lx..%*x %*s %*s %*s %*s %15s", &begin,
                                       &end, pa, what) == 4) {
            is_found = strcmp(what, "image") == 0 && va >= begin && va <= end;
        }
    }
    if (report != NULL) {
        fclose(report);
    }
    *pa += is_found ? va - begin : 0;
    return is_found;
}

bool io_copied(struct machine *machine, const char *name, double *bytes)
{
    unsigned long servers, offset, size, value, pa;
    if (!symbol_find("block_servers", &servers, &size) ||
        !symbol_find("copied_offset", &value, &offset) ||
        !memory_find(name, servers + offset, &pa)) {
        machine_complain(machine, "the VMM's count of copies is not where it was looked for");
        return false;
    }
    return io_count_memory(machine, pa, bytes);
}
