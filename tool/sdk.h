/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The SDK: the directory that holds the boards' files and the kernel for each.
 */
#pragma once

#include <stdbool.h>

/* Paths of a board's files in the SDK; allocated. */
struct sdk_board {
    char *tree;     /* board/BOARD/board.dtb */
    char *facts;    /* board/BOARD/board.json */
    char *kernel;   /* board/BOARD/CONFIG/elf/kernel.elf */
    char *loader;   /* board/BOARD/CONFIG/elf/loader.elf */
    char *programs; /* board/BOARD/CONFIG/elf, where descriptions find vmm.elf */
};

/*
 * Finds the files of `board` and `config` in the SDK that DROVER_SDK or MICROKIT_SDK names, else in
 * the one that this program is part of. Where there is no such board or configuration, reports
 * which there are and returns false. The caller frees with sdk_free() either way.
 */
bool sdk_find(struct sdk_board *paths, const char *board, const char *config);

/* The same for a board of the user's: its tree and its facts, which may be NULL, are files of the
 * user's. The kernel is any board's, since it is built for none; facts are those of `board` where
 * that is named and `facts` is not. */
bool sdk_find_for_tree(struct sdk_board *paths, const char *board, const char *config,
                       const char *tree, const char *facts);
void sdk_free(struct sdk_board *paths);

/* Whether the kernel of a configuration prints on the board's console: "debug", "smp-debug". */
bool sdk_config_is_debug(const char *config);
