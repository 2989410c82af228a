/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover audit`: image -> who can reach, interrupt and control what; with the description, whether
 * that is what it grants.
 */
#include <stdio.h>
#include <stdlib.h>

#include "audit_board.h"
#include "audit_view.h"
#include "audit_wrapper.h"
#include "command.h"
#include "diag.h"
#include "sdk.h"

#define EXIT_FINDINGS   1 /* something is wrong with the image; what, has been printed */
#define EXIT_UNREADABLE 2 /* the image, the board or a file of the description cannot be read */

struct options {
    struct inputs inputs; /* the operand is the image */
    const char *system_path;
    bool json;
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
          "  --dtb FILE             a device tree of your own, in place of the board's\n"
          "  --facts FILE           what it cannot say, as in a board.json\n"
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

static bool option_take(void *own, int option)
{
    struct options *options = own;
    switch (option) {
    case 'y':
        options->system_path = optarg;
        return true;
    case 'j':
        options->json = true;
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
    {"system", required_argument, NULL, 'y'},
    INPUT_SEARCH,
    {"json", no_argument, NULL, 'j'},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

static const struct command_line line = {
    .operand = "image",
    .needs_board = true,
    .short_options = "D:h",
    .options = known,
    .take = option_take,
};

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
    if (!file_map(&file, options->inputs.operand, NULL)) {
        return status;
    }
    input->image_path = options->inputs.operand;
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
    const struct inputs *inputs = &options->inputs;
    struct sdk_board paths = {0};
    struct board board;
    int status = EXIT_UNREADABLE;
    struct audit_input input = {.board = &board,
                                .debug = sdk_config_is_debug(inputs->config),
                                .search = inputs_search(inputs, options->system_path)};
    if (inputs_find_board(inputs, &paths, &board) && board_has_kernel(&board, paths.tree) &&
        audit_read_smmus(&input, paths.tree)) {
        input.kernel_path = paths.kernel;
        input.loader_path = paths.loader;
        input.search.program_directory = paths.programs;
        if (options->system_path != NULL) {
            input.system = system_read(options->system_path, inputs->macros, inputs->macro_count);
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
    struct options options = {0};
    static char name[] = "drover audit"; /* what getopt begins its messages with */
    int status = EXIT_SUCCESS;
    argv[0] = name;
    if (!inputs_parse(&options.inputs, &line, &options, argc, argv)) {
        status = EXIT_USAGE;
    } else if (options.inputs.help) {
        print_usage(stdout);
    } else {
        status = read_and_audit(&options);
    }
    inputs_free(&options.inputs);
    return status;
}
