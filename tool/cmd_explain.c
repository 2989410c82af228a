/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover explain`: who has an address, an interrupt or a node, and why.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "command.h"
#include "diag.h"
#include "explain.h"

#define KEY_SYSTEM INPUT_KEY_OWN

struct options {
    struct inputs inputs;
    const char
        *system; /* a description, or a directory of `drover compose`; NULL: the tree alone */
};

static void print_usage(FILE *out)
{
    fputs("usage: drover explain WHAT... --board BOARD [--system SYSTEM]\n"
          "\n"
          "Says in a line each who has WHAT, and why, or why nobody has.\n"
          "\n"
          "WHAT is\n"
          "  0xffe07000                a physical address\n"
          "  irq 223, irq:223          an interrupt by its number at the GIC, as in <irq irq=...>\n"
          "  spi 191, spi:191          the same by its number in the device tree, 32 less; ppi 14\n"
          "  223                       both of these, where it could be either\n"
          "  /soc/mmc@ffe07000         a node: by path, alias or compatible string\n"
          "\n"
          "Options:\n"
          "  --system SYSTEM    a system description, or a directory that `drover compose` has\n"
          "                     made; without it, what the board's device tree alone says\n"
          "  --board BOARD      a board of the SDK\n"
          "  --dtb FILE         a device tree of your own, in place of the board's\n"
          "  --facts FILE       what it cannot say, as in a board.json\n"
          "  -D NAME=VALUE      define a macro; SYSTEM then goes through the C preprocessor\n"
          "  -h, --help         this text\n",
          out);
}

static bool option_take(void *own, int option)
{
    struct options *options = own;
    if (option == KEY_SYSTEM) {
        options->system = optarg;
    }
    return option == KEY_SYSTEM;
}

static const struct option known[] = {
    INPUT_BOARD, INPUT_DTB,          INPUT_FACTS, {"system", required_argument, NULL, KEY_SYSTEM},
    INPUT_HELP,  {NULL, 0, NULL, 0},
};

static bool take_system(const struct options *options, struct explain *explain)
{
    struct stat status;
    if (options->system == NULL) {
        return true;
    }
    if (stat(options->system, &status) == 0 && S_ISDIR(status.st_mode)) {
        return explain_composed(explain, options->system);
    }
    const struct inputs *inputs = &options->inputs;
    struct system *system = system_read(options->system, inputs->macros, inputs->macro_count);
    if (system != NULL) {
        explain_system(explain, system);
    }
    system_free(system);
    return system != NULL;
}

static bool answer(const struct options *options, const struct devtree *devtree,
                   const struct board *board)
{
    struct explain explain;
    explain_open(&explain, devtree, board);
    bool answered = take_system(options, &explain);
    if (answered) {
        explain_finish(&explain);
        answered = explain_words(&explain, options->inputs.operands, options->inputs.operand_count,
                                 stdout);
        if (fflush(stdout) != 0) {
            diag_error(NULL, "cannot write to standard output");
            answered = false;
        }
    }
    explain_close(&explain);
    return answered;
}

static int read_and_answer(void *own)
{
    const struct options *options = own;
    struct sdk_board paths = {0};
    struct board board;
    struct file file = {0};
    struct devtree devtree = {0};
    bool answered = inputs_find_board(&options->inputs, &paths, &board) &&
                    file_map(&file, paths.tree, NULL) &&
                    devtree_open(&devtree, file.bytes, file.size, paths.tree) &&
                    answer(options, &devtree, &board);
    devtree_close(&devtree);
    file_unmap(&file);
    sdk_free(&paths);
    return answered ? EXIT_SUCCESS : EXIT_ERRORS;
}

static const struct command command = {
    .name = "drover explain",
    .operand = "address, interrupt or node",
    .takes_several = true,
    .needs_board = true,
    .short_options = "D:h",
    .options = known,
    .take = option_take,
    .print_usage = print_usage,
    .run = read_and_answer,
};

int cmd_explain(int argc, char **argv)
{
    struct options options = {0};
    return command_run(&command, &options.inputs, &options, argc, argv);
}
