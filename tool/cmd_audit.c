/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover audit`: image -> who can reach, interrupt and control what; with the description, whether
 * that is what it grants.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "audit_board.h"
#include "audit_view.h"
#include "audit_wrapper.h"
#include "command.h"
#include "diag.h"
#include "sdk.h"

#define EXIT_FINDINGS   1 /* something is wrong with the image; what, has been printed */
#define EXIT_UNREADABLE 2 /* the image, the board or a file of the description cannot be read */

struct options {
    const char *image_path;
    const char *system_path;
    const char *board;
    const char *config;
    const char **search;
    size_t search_count;
    struct macro *macros;
    size_t macro_count;
    bool json;
    bool help;
};

static void print_usage(FILE *out)
{
    fputs("usage: drover audit IMAGE --board BOARD [OPTION]...\n"
          "\n"
          "Reads a finished image back, proves from its bytes who can reach what, and prints it.\n"
          "Ends with 0 where nothing is wrong, with 1 where something is, and with 2 where the\n"
          "image or a file cannot be read.\n"
          "\n"
          "  --board BOARD          the board; BOARD is a directory of the SDK's board/\n"
          "  --config CONFIG        whose kernel the image has to contain (default: debug)\n"
          "  --system FILE          the system description: every difference is a finding\n"
          "  --search-path DIR      look for programs and prefill files in DIR; may be repeated\n"
          "  -D NAME=VALUE          define a macro of the description, as for `drover build`\n"
          "  --json                 print JSON\n"
          "  -h, --help             this text\n"
          "\n"
          "The SDK is the one that this program is part of, or the directory in DROVER_SDK or\n"
          "MICROKIT_SDK.\n",
          out);
}

/* Takes one option; returns false if it is unknown or lacks its argument, which getopt has said. */
static bool option_take(struct options *options, int option)
{
    switch (option) {
    case 'b':
        options->board = optarg;
        return true;
    case 'c':
        options->config = optarg;
        return true;
    case 'y':
        options->system_path = optarg;
        return true;
    case 's':
        options->search[options->search_count++] = optarg;
        return true;
    case 'D':
        options->macros[options->macro_count++] = macro_parse(optarg);
        return true;
    case 'j':
        options->json = true;
        return true;
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
        {"system", required_argument, NULL, 'y'},
        {"search-path", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "D:h", known, NULL)) != -1) {
        if (!option_take(options, option)) {
            return false;
        }
    }
    if (options->help) {
        return true;
    }
    if (argc - optind != 1) {
        fprintf(stderr, "%s: %s\n", argv[0],
                optind == argc ? "no image given" : "more than one image");
        return false;
    }
    options->image_path = argv[optind];
    if (options->board == NULL) {
        fprintf(stderr, "%s: --board is missing\n", argv[0]);
        return false;
    }
    return true;
}

/* Prints what was found: the matrix on stdout, the findings behind it, or all of it as JSON. */
static int show(const struct options *options, const struct audit *audit)
{
    const struct findings *findings = &audit->findings;
    if (options->json) {
        audit_write_json(audit, stdout);
    } else {
        audit_print(audit, stdout);
        fprintf(stdout, "\nFindings%s\n", findings->total == 0 ? "\n    none" : "");
        for (size_t i = 0; i < findings->count; i++) {
            const struct finding *finding = &findings->list[i];
            fprintf(stdout, "    %s  %s\n", finding_code_name(finding->code), finding->text);
        }
        if (findings->total > findings->count) {
            fprintf(stdout, "    and %zu more\n", findings->total - findings->count);
        }
        for (unsigned code = 0; code < FINDING_COUNT; code++) {
            bool broken = false;
            for (size_t i = 0; i < findings->count; i++) {
                broken = broken || findings->list[i].code == code;
            }
            if (broken) {
                fprintf(stdout, "    %s is the rule: %s\n", finding_code_name(code),
                        finding_code_rule(code));
            }
        }
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        diag_error(NULL, "cannot write to the standard output");
        return EXIT_UNREADABLE;
    }
    return findings->total == 0 ? EXIT_SUCCESS : EXIT_FINDINGS;
}

static int audit_image(const struct options *options, struct audit_input *input)
{
    struct file file;
    struct audit audit;
    int status = EXIT_UNREADABLE;
    if (!file_map(&file, options->image_path, NULL)) {
        return status;
    }
    input->image_path = options->image_path;
    if (audit_unwrap(input, &file)) {
        if (audit_run(&audit, input)) {
            status = show(options, &audit);
        }
        audit_free(&audit);
    }
    file_unmap(&file);
    return status;
}

static int read_and_audit(const struct options *options)
{
    struct sdk_board paths;
    struct board board;
    int status = EXIT_UNREADABLE;
    struct audit_input input = {.board = &board,
                                .debug = sdk_config_is_debug(options->config),
                                .search = {.directories = options->search,
                                           .directory_count = options->search_count,
                                           .description_path = options->system_path}};
    if (sdk_find(&paths, options->board, options->config) &&
        board_read(&board, options->board, paths.tree, paths.facts) &&
        audit_read_smmus(&input, paths.tree)) {
        input.kernel_path = paths.kernel;
        input.loader_path = paths.loader;
        if (options->system_path != NULL) {
            input.system = system_read(options->system_path, options->macros, options->macro_count);
        }
        if (options->system_path == NULL || input.system != NULL) {
            status = audit_image(options, &input);
        }
        system_free(input.system);
    }
    sdk_free(&paths);
    return status;
}

int cmd_audit(int argc, char **argv)
{
    struct options options = {
        .config = "debug",
        .search = alloc_array((size_t)argc, sizeof(*options.search)),
        .macros = alloc_array((size_t)argc, sizeof(*options.macros)),
    };
    static char name[] = "drover audit"; /* what getopt begins its messages with */
    int status = EXIT_SUCCESS;
    argv[0] = name;
    if (!options_parse(&options, argc, argv)) {
        fprintf(stderr, "`drover audit --help` lists the options\n");
        status = EXIT_USAGE;
    } else if (options.help) {
        print_usage(stdout);
    } else {
        status = read_and_audit(&options);
    }
    free(options.search);
    free(options.macros);
    return status;
}
