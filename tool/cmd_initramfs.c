/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover initramfs`: an initial RAM disk by a recipe.
 */
#include <stdlib.h>

#include "alloc.h"
#include "command.h"
#include "initramfs.h"
#include "progress.h"

#define KEY_DEB     (INPUT_KEY_OWN)
#define KEY_MODULES (INPUT_KEY_OWN + 1)

struct options {
    struct inputs inputs;
    struct initramfs_request request;
    const char **debs;
};

static void print_usage(FILE *out)
{
    fputs(
        "usage: drover initramfs RECIPE -o FILE [OPTION]...\n"
        "\n"
        "Makes an initial RAM disk (cpio, newc) of what RECIPE lists: lines of mtree(5) with\n"
        "type, mode, uid, gid, time, link and contents. contents=PATH is a file of the host,\n"
        "contents=deb:PATH one of a package.\n"
        "\n"
        "  --deb FILE             a Debian package; may be repeated\n"
        "  --modules FILE         names of kernel modules, one a line: they are taken out of the\n"
        "                         packages with all that they depend on, as lib/modules/X.ko;\n"
        "                         lib/modules/order lists them as they have to be loaded\n"
        "  --search-path DIR      look for the host's files in DIR; may be repeated; then beside "
        "RECIPE\n"
        "  -o, --output FILE      the archive\n"
        "  -h, --help             this text\n",
        out);
}

static bool option_take(void *own, int option)
{
    struct options *options = own;
    switch (option) {
    case 'o':
        options->request.output = optarg;
        return true;
    case KEY_DEB:
        options->debs[options->request.deb_count++] = optarg;
        return true;
    case KEY_MODULES:
        options->request.modules = optarg;
        return true;
    default:
        return false;
    }
}

static const struct option known[] = {
    INPUT_SEARCH,
    {"output", required_argument, NULL, 'o'},
    {"deb", required_argument, NULL, KEY_DEB},
    {"modules", required_argument, NULL, KEY_MODULES},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

static int run(void *own)
{
    struct options *options = own;
    struct initramfs_request *request = &options->request;
    request->recipe = options->inputs.operand;
    request->debs = options->debs;
    request->search = inputs_search(&options->inputs, request->recipe);
    if (request->output == NULL) {
        fputs("drover initramfs: -o FILE is missing\n", stderr);
        return EXIT_USAGE;
    }
    if (request->modules != NULL && request->deb_count == 0) {
        fputs("drover initramfs: --modules takes modules out of a package: --deb is missing\n",
              stderr);
        return EXIT_USAGE;
    }
    progress_step("making the initial RAM disk");
    bool is_made = initramfs_make(request);
    progress_end();
    return is_made ? EXIT_SUCCESS : EXIT_ERRORS;
}

int cmd_initramfs(int argc, char **argv)
{
    static const struct command command = {.name = "drover initramfs",
                                           .operand = "RECIPE",
                                           .short_options = "o:h",
                                           .options = known,
                                           .print_usage = print_usage,
                                           .take = option_take,
                                           .run = run};
    struct options options = {.debs = alloc_array((size_t)argc, sizeof(*options.debs))};
    int status = command_run(&command, &options.inputs, &options, argc, argv);
    free(options.debs);
    return status;
}
