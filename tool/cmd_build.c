/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover build`: system description + programs + board -> image and report.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "diag.h"
#include "image_file.h"
#include "plan.h"
#include "report.h"
#include "sdk.h"

struct options {
    const char *system_path;
    const char *board;
    const char *config;
    const char *output_path;
    const char *report_path;
    enum image_type image_type;
    const char **search;
    size_t search_count;
    struct macro *macros;
    size_t macro_count;
    bool help;
};

static void print_usage(FILE *out)
{
    fputs("usage: drover build SYSTEM --board BOARD [OPTION]...\n"
          "       microkit SYSTEM --board BOARD [OPTION]...\n"
          "\n"
          "Builds the image that a boot loader starts from the system description SYSTEM.\n"
          "\n"
          "  --board BOARD          the board; BOARD is a directory of the SDK's board/\n"
          "  --config CONFIG        debug (the default: the kernel prints), release, ...: a "
          "directory\n"
          "                         of the board's\n"
          "  --search-path DIR      look for programs and prefill files in DIR; may be repeated\n"
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

/* Takes one option; returns false after saying what is wrong with it; what is unknown or lacks its
 * argument, getopt has said. */
static bool option_take(struct options *options, int option)
{
    switch (option) {
    case 'b':
        options->board = optarg;
        return true;
    case 'c':
        options->config = optarg;
        return true;
    case 's':
        options->search[options->search_count++] = optarg;
        return true;
    case 'o':
        options->output_path = optarg;
        return true;
    case 'r':
        options->report_path = optarg;
        return true;
    case 'D':
        options->macros[options->macro_count++] = macro_parse(optarg);
        return true;
    case 't':
        return image_type_take(options, optarg);
    case 'h':
        options->help = true;
        return true;
    default:
        return false;
    }
}

static bool options_parse(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"board", required_argument, NULL, 'b'},
        {"config", required_argument, NULL, 'c'},
        {"search-path", required_argument, NULL, 's'},
        {"output", required_argument, NULL, 'o'},
        {"report", required_argument, NULL, 'r'},
        {"image-type", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "o:r:D:h", known, NULL)) != -1) {
        if (!option_take(options, option)) {
            return false;
        }
    }
    if (options->help) {
        return true;
    }
    if (argc - optind != 1) {
        fprintf(stderr, "%s: %s\n", argv[0],
                optind == argc ? "no system description given"
                               : "more than one system description");
        return false;
    }
    options->system_path = argv[optind];
    if (options->board == NULL) {
        fprintf(stderr, "%s: --board is missing\n", argv[0]);
        return false;
    }
    return true;
}

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
    struct sdk_board paths;
    struct board board;
    bool built = false;
    if (sdk_find(&paths, options->board, options->config) &&
        board_read(&board, options->board, paths.tree, paths.facts)) {
        struct system *system =
            system_read(options->system_path, options->macros, options->macro_count);
        const struct plan_input input = {
            .board = &board,
            .system = system,
            .kernel_path = paths.kernel,
            .loader_path = paths.loader,
            .search = {.directories = options->search,
                       .directory_count = options->search_count,
                       .description_path = options->system_path},
            .debug = sdk_config_is_debug(options->config),
        };
        built = system != NULL && build(options, &input);
        system_free(system);
    }
    sdk_free(&paths);
    return built;
}

int cmd_build(int argc, char **argv)
{
    struct options options = {
        .config = "debug",
        .output_path = "loader.img",
        .report_path = "report.txt",
        .search = alloc_array((size_t)argc, sizeof(*options.search)),
        .macros = alloc_array((size_t)argc, sizeof(*options.macros)),
    };
    static char name[] = "drover build";
    int status = EXIT_SUCCESS;
    if (strcmp(argv[0], "build") == 0) {
        argv[0] = name; /* getopt begins its messages with it */
    }
    if (!options_parse(&options, argc, argv)) {
        fprintf(stderr, "`%s --help` lists the options\n", argv[0]);
        status = EXIT_USAGE;
    } else if (options.help) {
        print_usage(stdout);
    } else if (!read_and_build(&options)) {
        status = EXIT_ERRORS;
    }
    free(options.search);
    free(options.macros);
    return status;
}
