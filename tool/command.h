/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The sub-commands of `drover`: one file each, cmd_NAME.c, listed in main.c.
 */
#pragma once

#include <getopt.h>
#include <stdio.h>

#include "board.h"
#include "file.h"
#include "sdk.h"
#include "system.h"

#define EXIT_ERRORS 1 /* something in the input is wrong; what, has been reported */
#define EXIT_USAGE  2 /* the command line is wrong */

/*
 * Runs a sub-command. argv[0] is its name. Returns the program's exit status.
 */
int cmd_build(int argc, char **argv);
int cmd_microkit(int argc, char **argv); /* under the name `microkit` only */
int cmd_audit(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_graph(int argc, char **argv);
int cmd_payload(int argc, char **argv);
int cmd_initramfs(int argc, char **argv);
int cmd_compose(int argc, char **argv);
int cmd_explain(int argc, char **argv);

/* What the sub-commands take alike. */
struct inputs {
    const char *operand; /* the first argument that is no option */
    char **operands;     /* all of them */
    size_t operand_count;
    const char *board;                  /* NULL: not given */
    const char *tree_path, *facts_path; /* a board of the user's: its .dtb, and its facts or NULL */
    const char *config;
    const char **search;
    size_t search_count;
    struct macro *macros;
    size_t macro_count;
    bool help; /* asked for; then nothing else is checked */
};

/* Keys of options without a short form. */
#define INPUT_KEY_DTB   256
#define INPUT_KEY_FACTS 257
#define INPUT_KEY_OWN   300 /* the first that a sub-command may use */

/* Their rows in a table for getopt_long(); -D and -h go without saying. */
#define INPUT_BOARD                                                                                \
    {                                                                                              \
        "board", required_argument, NULL, 'b'                                                      \
    }
#define INPUT_CONFIG                                                                               \
    {                                                                                              \
        "config", required_argument, NULL, 'c'                                                     \
    }
#define INPUT_DTB                                                                                  \
    {                                                                                              \
        "dtb", required_argument, NULL, INPUT_KEY_DTB                                              \
    }
#define INPUT_FACTS                                                                                \
    {                                                                                              \
        "facts", required_argument, NULL, INPUT_KEY_FACTS                                          \
    }
#define INPUT_SEARCH                                                                               \
    {                                                                                              \
        "search-path", required_argument, NULL, 's'                                                \
    }
#define INPUT_HELP                                                                                 \
    {                                                                                              \
        "help", no_argument, NULL, 'h'                                                             \
    }

/* A sub-command. */
struct command {
    const char *name;    /* what its messages begin with: "drover check" */
    const char *operand; /* what its one argument is, for messages; NULL: it takes none */
    bool takes_several;  /* operands; at least one */
    bool needs_board;
    const char *short_options; /* for getopt_long(), with "D:h" */
    const struct option *options;
    void (*print_usage)(FILE *out);
    /* Takes an option of its own into `own`; false, after saying why, if it is wrong. An unknown
     * one, about which getopt has spoken, comes as '?'. */
    bool (*take)(void *own, int option);
    /* Does it, with all arguments in `own`. Returns the exit status. */
    int (*run)(void *own);
};

/*
 * Reads the arguments as `command` has them, into `inputs` what all sub-commands take alike, and
 * does what they ask for. Returns the exit status. `inputs` is a part of `own`.
 */
int command_run(const struct command *command, struct inputs *inputs, void *own, int argc,
                char **argv);

/* Finds and reads the board: one of the SDK's, or the user's tree with the user's facts, or with
 * those of the SDK's board that --board names. Reports what is wrong and returns false. The caller
 * ends with sdk_free() either way; `*paths` is zeroed before the call. */
bool inputs_find_board(const struct inputs *inputs, struct sdk_board *paths, struct board *board);

/* Where the files are looked for that the description `path` names. */
struct file_search inputs_search(const struct inputs *inputs, const char *path);
