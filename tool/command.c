/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the sub-commands share of their command lines.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* Splits the argument of -D NAME=VALUE, in place. */
static struct macro macro_parse(char *argument)
{
    char *equals = strchr(argument, '=');
    if (equals == NULL) {
        return (struct macro){.name = argument, .value = ""};
    }
    *equals = '\0';
    return (struct macro){.name = argument, .value = equals + 1};
}

static bool option_take(struct inputs *inputs, const struct command *command, void *own, int option)
{
    switch (option) {
    case 'b':
        inputs->board = optarg;
        return true;
    case 'c':
        inputs->config = optarg;
        return true;
    case INPUT_KEY_DTB:
        inputs->tree_path = optarg;
        return true;
    case INPUT_KEY_FACTS:
        inputs->facts_path = optarg;
        return true;
    case 's':
        inputs->search[inputs->search_count++] = optarg;
        return true;
    case 'D':
        inputs->macros[inputs->macro_count++] = macro_parse(optarg);
        return true;
    case 'h':
        inputs->help = true;
        return true;
    default:
        return command->take(own, option);
    }
}

static bool inputs_check(const struct inputs *inputs, const struct command *command,
                         int operand_count)
{
    const char *name = command->name;
    if (command->operand == NULL && operand_count != 0) {
        fprintf(stderr, "%s: an argument that is no option\n", name);
        return false;
    }
    if (command->operand != NULL && operand_count != 1 &&
        !(command->takes_several && operand_count > 1)) {
        fprintf(stderr, "%s: %s %s%s\n", name, operand_count == 0 ? "no" : "more than one",
                command->operand, operand_count == 0 ? " given" : "");
        return false;
    }
    if (command->needs_board && inputs->board == NULL && inputs->tree_path == NULL) {
        fprintf(stderr, "%s: --board is missing (or --dtb, for a board that the SDK has not)\n",
                name);
        return false;
    }
    if (inputs->facts_path != NULL && inputs->tree_path == NULL) {
        fprintf(stderr, "%s: --facts goes with --dtb\n", name);
        return false;
    }
    return true;
}

/* Returns false after saying what is wrong. */
static bool inputs_parse(struct inputs *inputs, const struct command *command, void *own, int argc,
                         char **argv)
{
    bool is_sound = true;
    int option;

    *inputs = (struct inputs){
        .config = "debug",
        .search = alloc_array((size_t)argc, sizeof(*inputs->search)),
        .macros = alloc_array((size_t)argc, sizeof(*inputs->macros)),
    };
    while (is_sound && (option = getopt_long(argc, argv, command->short_options, command->options,
                                             NULL)) != -1) {
        is_sound = option_take(inputs, command, own, option);
    }
    if (is_sound && !inputs->help) {
        is_sound = inputs_check(inputs, command, argc - optind);
        inputs->operand = argv[optind];
        inputs->operands = argv + optind;
        inputs->operand_count = (size_t)(argc - optind);
    }
    if (!is_sound) {
        fprintf(stderr, "`%s --help` lists the options\n", command->name);
    }
    return is_sound;
}

int command_run(const struct command *command, struct inputs *inputs, void *own, int argc,
                char **argv)
{
    int status = EXIT_SUCCESS;
    char *called = argv[0];
    char *name = alloc_checked(strdup(command->name));
    argv[0] = name; /* what getopt begins its messages with */
    if (!inputs_parse(inputs, command, own, argc, argv)) {
        status = EXIT_USAGE;
    } else if (inputs->help) {
        command->print_usage(stdout);
    } else {
        status = command->run(own);
    }
    free(inputs->search);
    free(inputs->macros);
    argv[0] = called;
    free(name);
    return status;
}

bool inputs_find_board(const struct inputs *inputs, struct sdk_board *paths, struct board *board)
{
    const char *name = inputs->board;
    *board = (struct board){0};
    if (inputs->tree_path == NULL) {
        return sdk_find(paths, name, inputs->config) &&
               board_read(board, name, paths->tree, paths->facts);
    }
    if (!sdk_find_for_tree(paths, name, inputs->config, inputs->tree_path, inputs->facts_path)) {
        return false;
    }
    if (name == NULL) {
        const char *slash = strrchr(inputs->tree_path, '/');
        name = slash == NULL ? inputs->tree_path : slash + 1;
    }
    return board_read(board, name, paths->tree, paths->facts);
}

struct file_search inputs_search(const struct inputs *inputs, const char *path)
{
    return (struct file_search){.directories = inputs->search,
                                .directory_count = inputs->search_count,
                                .description_path = path};
}
