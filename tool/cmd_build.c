/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover build`: system description + programs + board -> image and report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "diag.h"
#include "image_file.h"
#include "plan.h"
#include "report.h"
#include "sdk.h"

struct options {
    struct inputs inputs;
    const char *output_path;
    const char *report_path;
    enum image_type image_type;
};

static void print_usage(FILE *out)
{
    fputs("usage: drover build SYSTEM --board BOARD [OPTION]...\n"
          "       microkit SYSTEM --board BOARD [OPTION]...\n"
          "\n"
          "Builds the image that a boot loader starts from the system description SYSTEM.\n"
          "\n"
          "  --board BOARD          the board; BOARD is a directory of the SDK's board/\n"
          "  --dtb FILE             a device tree of your own, in place of the board's\n"
          "  --facts FILE           what it cannot say, as in a board.json\n"
          "  --config CONFIG        debug (the default: the kernel prints), release, ...: a "
          "directory\n"
          "                         of the board's\n"
          "  --search-path DIR      look for programs and prefill files in DIR; may be repeated\n"
          "                         (vmm.elf, the generic VMM, is found in the SDK)\n"
          "  -o, --output FILE      the image (default: loader.img)\n"
          "  --image-type TYPE      binary (the default), elf, or uimage, for U-Boot's bootm\n"
          "  -r, --report FILE      what is where, for people (default: report.txt)\n"
          "  -D NAME=VALUE          define a macro; SYSTEM then goes through the C preprocessor\n"
          "  -h, --help             this text\n"
          "\n"
          "Called as microkit, it takes what else the Microkit's tool takes and says what becomes "
          "of\n"
          "it: --capdl-json, --viper-output, --override-kernel, several directories after one\n"
          "--search-path.\n"
          "\n"
          "The SDK is the one that this program is part of, or the directory in DROVER_SDK or\n"
          "MICROKIT_SDK.\n",
          out);
}

static bool image_type_take(struct options *options, const char *name)
{
    if (image_type_find(name, &options->image_type)) {
        return true;
    }
    fprintf(stderr, "--image-type is binary, elf or uimage, not \"%s\"\n", name);
    return false;
}

static bool option_take(void *own, int option)
{
    struct options *options = own;
    switch (option) {
    case 'o':
        options->output_path = optarg;
        return true;
    case 'r':
        options->report_path = optarg;
        return true;
    case 't':
        return image_type_take(options, optarg);
    default:
        return false;
    }
}

static const struct option known[] = {
    INPUT_BOARD,
    INPUT_DTB,
    INPUT_FACTS,
    INPUT_CONFIG,
    INPUT_SEARCH,
    {"output", required_argument, NULL, 'o'},
    {"report", required_argument, NULL, 'r'},
    {"image-type", required_argument, NULL, 't'},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

static const struct command_line line = {
    .operand = "system description",
    .needs_board = true,
    .short_options = "o:r:D:h",
    .options = known,
    .take = option_take,
};

/* Plans the system and writes the results; the image last, so that there is none unless all is
 * well. */
static bool build(const struct options *options, const struct plan_input *input)
{
    struct plan plan;
    bool built = plan_build(&plan, input) && report_write(&plan, options->report_path) &&
                 image_file_write(&plan.image, options->image_type, options->output_path);
    plan_free(&plan);
    return built;
}

static bool read_and_build(const struct options *options)
{
    const struct inputs *inputs = &options->inputs;
    struct sdk_board paths = {0};
    struct board board;
    bool built = false;
    if (inputs_find_board(inputs, &paths, &board) && board_has_kernel(&board, paths.tree)) {
        struct system *system = system_read(inputs->operand, inputs->macros, inputs->macro_count);
        struct plan_input input = {
            .board = &board,
            .system = system,
            .kernel_path = paths.kernel,
            .loader_path = paths.loader,
            .search = inputs_search(inputs, inputs->operand),
            .debug = sdk_config_is_debug(inputs->config),
        };
        input.search.program_directory = paths.programs;
        built = system != NULL && build(options, &input);
        system_free(system);
    }
    sdk_free(&paths);
    return built;
}

int cmd_build(int argc, char **argv)
{
    struct options options = {
        .output_path = "loader.img",
        .report_path = "report.txt",
    };
    static char name[] = "drover build";
    int status = EXIT_SUCCESS;
    if (strcmp(argv[0], "build") == 0) {
        argv[0] = name; /* getopt begins its messages with it */
    }
    if (!inputs_parse(&options.inputs, &line, &options, argc, argv)) {
        status = EXIT_USAGE;
    } else if (options.inputs.help) {
        print_usage(stdout);
    } else if (!read_and_build(&options)) {
        status = EXIT_ERRORS;
    }
    inputs_free(&options.inputs);
    return status;
}
