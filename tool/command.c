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

static bool option_take(struct inputs *inputs, const struct command_line *line, void *own,
                        int option)
{
    switch (option) {
    case 'b':
        inputs->board = optarg;
        return true;
    case 'c':
        inputs->config = optarg;
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
        return line->take(own, option);
    }
}

static bool inputs_check(const struct inputs *inputs, const struct command_line *line,
                         int operand_count, const char *name)
{
    if (operand_count != 1) {
        fprintf(stderr, "%s: %s %s%s\n", name, operand_count == 0 ? "no" : "more than one",
                line->operand, operand_count == 0 ? " given" : "");
        return false;
    }
    if (line->needs_board && inputs->board == NULL) {
        fprintf(stderr, "%s: --board is missing\n", name);
        return false;
    }
    return true;
}

bool inputs_parse(struct inputs *inputs, const struct command_line *line, void *own, int argc,
                  char **argv)
{
    bool is_sound = true;
    int option;

    *inputs = (struct inputs){
        .config = "debug",
        .search = alloc_array((size_t)argc, sizeof(*inputs->search)),
        .macros = alloc_array((size_t)argc, sizeof(*inputs->macros)),
    };
    while (is_sound &&
           (option = getopt_long(argc, argv, line->short_options, line->options, NULL)) != -1) {
        is_sound = option_take(inputs, line, own, option);
    }
    if (is_sound && !inputs->help) {
        is_sound = inputs_check(inputs, line, argc - optind, argv[0]);
        inputs->operand = argv[optind];
    }
    if (!is_sound) {
        fprintf(stderr, "`%s --help` lists the options\n", argv[0]);
    }
    return is_sound;
}

void inputs_free(struct inputs *inputs)
{
    free(inputs->search);
    free(inputs->macros);
}

struct file_search inputs_search(const struct inputs *inputs, const char *path)
{
    return (struct file_search){.directories = inputs->search,
                                .directory_count = inputs->search_count,
                                .description_path = path};
}
