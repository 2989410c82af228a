/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover check`: system description + board's device tree -> what does not fit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "command.h"
#include "diag.h"
#include "sdk.h"

#define EXIT_FINDINGS   1 /* something is wrong with the description; what, has been printed */
#define EXIT_UNREADABLE 2 /* the description, the board or a tree cannot be read */
#define GUEST_TREE_MAX  64
#define ACCEPT_MAX      64

struct options {
    struct inputs inputs; /* the operand is the description */
    char *guest_trees[GUEST_TREE_MAX];
    size_t guest_tree_count;
    const char *accepted[ACCEPT_MAX];
    size_t accepted_count;
    bool json, verbose;
};

static void print_usage(FILE *out)
{
    fputs(
        "usage: drover check SYSTEM --board BOARD [OPTION]...\n"
        "\n"
        "Compares a system description, however old or broken, with the board's device tree, and\n"
        "prints what does not fit: a code, the line, the nodes, and what to do.\n"
        "Ends with 0 where there is nothing, with 1 where there is something, and with 2 where\n"
        "the description or a file cannot be read.\n"
        "\n"
        "  --board BOARD          the board; BOARD is a directory of the SDK's board/\n"
        "  --dtb FILE             a device tree of your own, in place of the board's\n"
        "  --facts FILE           what it cannot say, as in a board.json\n"
        "  --config CONFIG        the kernel's configuration (default: debug)\n"
        "  --guest-tree [VM=]FILE the device tree that the guest is given, where it is not the\n"
        "                         board's; may be repeated\n"
        "  -D NAME=VALUE          define a macro of the description, as for `drover build`\n"
        "  --accept CODE,...      accepts warnings, as a comment in the description does\n"
        "  -v, --verbose          list all that a finding is about\n"
        "  --json                 print JSON\n"
        "  -h, --help             this text\n"
        "\n"
        "The SDK is the one that this program is part of, or the directory in DROVER_SDK or\n"
        "MICROKIT_SDK. A comment <!-- drover check: accept CODE: REASON --> in the description\n"
        "accepts warnings.\n",
        out);
}

static bool option_take(void *own, int option)
{
    struct options *options = own;
    switch (option) {
    case 'g':
        if (options->guest_tree_count == GUEST_TREE_MAX) {
            fprintf(stderr, "drover check: more than %d times --guest-tree\n", GUEST_TREE_MAX);
            return false;
        }
        options->guest_trees[options->guest_tree_count++] = optarg;
        return true;
    case 'a':
        if (options->accepted_count == ACCEPT_MAX) {
            fprintf(stderr, "drover check: more than %d times --accept\n", ACCEPT_MAX);
            return false;
        }
        options->accepted[options->accepted_count++] = optarg;
        return true;
    case 'j':
        options->json = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    default:
        return false;
    }
}

static const struct option known[] = {
    INPUT_BOARD,
    INPUT_DTB,
    INPUT_FACTS,
    INPUT_CONFIG,
    {"guest-tree", required_argument, NULL, 'g'},
    {"accept", required_argument, NULL, 'a'},
    {"verbose", no_argument, NULL, 'v'},
    {"json", no_argument, NULL, 'j'},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

/* A tree of a file. */
struct tree_file {
    struct file file;
    struct devtree tree;
};

static bool tree_file_open(struct tree_file *tree, const char *path)
{
    return file_map(&tree->file, path, NULL) &&
           devtree_open(&tree->tree, tree->file.bytes, tree->file.size, path);
}

static void tree_file_close(struct tree_file *tree)
{
    devtree_close(&tree->tree);
    file_unmap(&tree->file);
}

/* The trees of one run, the board's first. */
struct trees {
    struct tree_file board;
    struct tree_file guest_files[GUEST_TREE_MAX];
    struct check_guest guests[GUEST_TREE_MAX];
};

/* Opens the guests' trees: FILE, or VM=FILE. */
static bool open_guests(struct trees *trees, const struct options *options)
{
    for (size_t i = 0; i < options->guest_tree_count; i++) {
        char *path = options->guest_trees[i];
        char *equals = strchr(path, '=');
        if (equals != NULL) {
            *equals = '\0';
            trees->guests[i].vm_name = path;
            path = equals + 1;
        }
        trees->guests[i].tree = &trees->guest_files[i].tree;
        if (!tree_file_open(&trees->guest_files[i], path)) {
            return false;
        }
    }
    return true;
}

/* Takes what the command line accepts. */
static bool accept_codes(struct check_model *model, const struct options *options)
{
    for (size_t i = 0; i < options->accepted_count; i++) {
        if (!check_accept_add(model, options->accepted[i])) {
            return false;
        }
    }
    return true;
}

/* Reports a guest's tree that no VM has. */
static bool names_fit(const struct trees *trees, const struct options *options,
                      const struct check_model *model)
{
    for (size_t i = 0; i < options->guest_tree_count; i++) {
        const char *name = trees->guests[i].vm_name;
        bool fits = name == NULL;
        for (size_t party = 0; party < model->party_count && !fits; party++) {
            fits = model->parties[party].has_vm && strcmp(model->parties[party].vm_name, name) == 0;
        }
        if (!fits) {
            diag_error(NULL, "--guest-tree \"%.64s\": no virtual machine of that name", name);
            return false;
        }
    }
    return true;
}

static int show(const struct options *options, const struct check *check)
{
    if (options->json) {
        check_write_json(check, options->inputs.operand, stdout);
    } else {
        check_print(check, options->inputs.operand, options->verbose, stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        diag_error(NULL, "cannot write to the standard output");
        return EXIT_UNREADABLE;
    }
    return check_failed(check) ? EXIT_FINDINGS : EXIT_SUCCESS;
}

static int check_system(const struct options *options, const struct board *board,
                        struct trees *trees)
{
    const struct inputs *inputs = &options->inputs;
    struct check_model model;
    int status = EXIT_UNREADABLE;
    if (check_model_read(&model, inputs->operand, inputs->macros, inputs->macro_count) &&
        names_fit(trees, options, &model) && accept_codes(&model, options)) {
        const struct check_input input = {
            .model = &model,
            .tree = &trees->board.tree,
            .board = board,
            .kernel_prints = sdk_config_is_debug(inputs->config),
            .guests = trees->guests,
            .guest_count = options->guest_tree_count,
        };
        struct check check;
        check_run(&check, &input);
        status = show(options, &check);
        check_free(&check);
    }
    check_model_free(&model);
    return status;
}

static int read_and_check(void *own)
{
    const struct options *options = own;
    const struct inputs *inputs = &options->inputs;
    struct sdk_board paths = {0};
    struct board board;
    struct trees *trees = alloc_array(1, sizeof(*trees));
    int status = EXIT_UNREADABLE;
    if (inputs_find_board(inputs, &paths, &board) && tree_file_open(&trees->board, paths.tree) &&
        open_guests(trees, options)) {
        status = check_system(options, &board, trees);
    }
    for (size_t i = 0; i < options->guest_tree_count; i++) {
        tree_file_close(&trees->guest_files[i]);
    }
    tree_file_close(&trees->board);
    free(trees);
    sdk_free(&paths);
    return status;
}

static const struct command command = {
    .name = "drover check",
    .operand = "system description",
    .needs_board = true,
    .short_options = "D:hv",
    .options = known,
    .take = option_take,
    .print_usage = print_usage,
    .run = read_and_check,
};

int cmd_check(int argc, char **argv)
{
    struct options options = {0};
    return command_run(&command, &options.inputs, &options, argc, argv);
}
