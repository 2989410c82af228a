/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `make bench`: counts what things cost, prints the table and writes it to build/bench.tsv.
 *     bench BUILD_COMMAND                    the tables
 *     bench io [PLACE|all [KIND]]            those of disk and network alone, or a part of them
 *     bench guest GUEST_IMAGE SYSTEM_IMAGE   another guest in place of ours
 * The exit status says whether the measuring worked, not whether the goals are reached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "machines.h"
#include "rows.h"
#include "sizes.h"

#define TABLE BUILD_DIR "/bench.tsv"

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "guest") == 0) {
        return given_run(argv[2], argv[3]) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc >= 2 && argc <= 4 && strcmp(argv[1], "io") == 0) {
        bool is_all = argc == 2 || strcmp(argv[2], "all") == 0;
        bool is_well = io_measure(is_all ? NULL : argv[2], argc == 4 ? argv[3] : NULL);
        return is_well ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (argc != 2) {
        fprintf(stderr, "usage: bench BUILD_COMMAND | bench io [PLACE|all [KIND]] | "
                        "bench guest GUEST_IMAGE SYSTEM_IMAGE\n");
        return EXIT_FAILURE;
    }
    bool measured = text_measure(BUILD_DIR "/target/release/kernel.elf");
    measured = lines_measure("kernel") && measured;
    measured = build_measure(argv[1]) && measured;
    measured = guest_measure() && measured;
    measured = pds_measure() && measured;
    measured = linux_measure() && measured;

    rows_print(stdout);
    measured = rows_write(TABLE) && measured;
    measured = rows_missing() == 0 && measured;
    putchar('\n');
    measured = io_measure(NULL, NULL) && measured;
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
