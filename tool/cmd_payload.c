/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload`: a guest's kernel, initrd and device tree, out of where a distribution keeps
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "payload.h"
#include "progress.h"
#include "payload_line.h"

#define EXIT_MATTERS    1 /* of --diff: some difference matters to a guest */
#define EXIT_UNREADABLE 2

struct options {
    struct payload_request request;
    const char **debs;
    bool diff;
    bool help;
};

static void print_usage(FILE *out)
{
    fputs(
        "usage: drover payload -o DIR [SOURCE] [OPTION]...\n"
        "       drover payload --diff LIVE ON-DISK\n"
        "\n"
        "Takes a guest's kernel, initrd and device tree, unpacks the kernel, checks that they fit\n"
        "each other, and writes them to DIR: Image, initrd, board.dtb, payload.json.\n"
        "\n"
        "  --root DIR             from the root directory of a Linux system\n"
        "  --disk FILE            from a raw image of a disk (GPT or MBR) or of one file system:\n"
        "                         ext2, ext3, ext4; nothing is mounted or written\n"
        "  --deb FILE             from a Debian package; may be repeated\n"
        "  --kernel FILE          the kernel, in place of the source's\n"
        "  --initrd FILE          the initrd, in place of the source's\n"
        "  --dtb FILE|DIR         the device tree, in place of the source's: a .dtb,\n"
        "                         /sys/firmware/fdt, or a directory like /proc/device-tree\n"
        "  --version V            the kernel of version V, where there are several\n"
        "  --dtb-name NAME        the source's device tree whose path ends so, as in\n"
        "                         amlogic/meson-sm1-odroid-c4.dtb\n"
        "  --dtb-like FILE|DIR    the source's device tree for the same board as this one\n"
        "  --force                take parts that do not fit each other, with a warning\n"
        "  -o, --output DIR       the directory to write; one that an earlier run wrote is\n"
        "                         replaced, any other with something in it is refused\n"
        "  --diff                 say in what the device tree LIVE differs from ON-DISK, and\n"
        "                         whether that matters to a guest\n"
        "  -h, --help             this text\n"
        "\n"
        "With --diff the exit status is 0 if no difference matters, 1 if one does, 2 if a tree\n"
        "cannot be read.\n",
        out);
}

static const struct option known[] = {
    {"root", required_argument, NULL, 'r'},
    {"disk", required_argument, NULL, 'd'},
    {"deb", required_argument, NULL, 'p'},
    {"kernel", required_argument, NULL, 'k'},
    {"initrd", required_argument, NULL, 'i'},
    {"dtb", required_argument, NULL, 't'},
    {"version", required_argument, NULL, 'v'},
    {"dtb-name", required_argument, NULL, 'n'},
    {"dtb-like", required_argument, NULL, 'l'},
    {"force", no_argument, NULL, 'f'},
    {"output", required_argument, NULL, 'o'},
    {"diff", no_argument, NULL, 'D'},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

/* Where the argument of an option goes; NULL for one without. */
static const char **argument_of(struct payload_request *request, int option)
{
    switch (option) {
    case 'r':
        return &request->root;
    case 'd':
        return &request->disk;
    case 'k':
        return &request->kernel;
    case 'i':
        return &request->initrd;
    case 't':
        return &request->tree;
    case 'v':
        return &request->version;
    case 'n':
        return &request->tree_name;
    case 'l':
        return &request->tree_like;
    case 'o':
        return &request->output;
    default:
        return NULL;
    }
}

static bool option_take(struct options *options, int option)
{
    const char **argument = argument_of(&options->request, option);
    if (argument != NULL) {
        *argument = optarg;
        return true;
    }
    switch (option) {
    case 'p':
        options->debs[options->request.deb_count++] = optarg;
        return true;
    case 'f':
        options->request.force = true;
        return true;
    case 'D':
        options->diff = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    default:
        return false;
    }
}

static bool refuse(const char *what)
{
    fprintf(stderr, "drover payload: %s\n", what);
    return false;
}

/* What is given together that excludes each other, and what is missing. */
static bool options_check(const struct options *options, int operand_count)
{
    const struct payload_request *request = &options->request;
    int sources = (request->root != NULL) + (request->disk != NULL) + (request->deb_count > 0);
    int trees =
        (request->tree != NULL) + (request->tree_name != NULL) + (request->tree_like != NULL);
    if (options->diff) {
        return operand_count == 2 || refuse("--diff takes two device trees, LIVE and ON-DISK");
    }
    if (operand_count > 0) {
        return refuse("an argument that is no option; sources are named with --root, --disk or "
                      "--deb");
    }
    if (sources > 1) {
        return refuse("--root, --disk and --deb exclude each other");
    }
    if (sources == 0 && request->kernel == NULL) {
        return refuse(
            "no source given: --root, --disk, --deb, or --kernel with what belongs to it");
    }
    if (trees > 1) {
        return refuse("--dtb, --dtb-name and --dtb-like exclude each other");
    }
    if (sources == 0 && (request->tree_name != NULL || request->tree_like != NULL)) {
        return refuse("--dtb-name and --dtb-like choose in a source: give --root, --disk or --deb");
    }
    return request->output != NULL || refuse("-o DIR is missing");
}

static bool options_parse(struct options *options, int argc, char **argv)
{
    bool is_sound = true;
    int option;
    *options = (struct options){.debs = alloc_array((size_t)argc, sizeof(*options->debs))};
    options->request.debs = options->debs;
    while (is_sound && (option = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
        is_sound = option_take(options, option);
    }
    is_sound = is_sound && (options->help || options_check(options, argc - optind));
    if (!is_sound) {
        fputs("`drover payload --help` lists the options\n", stderr);
    }
    return is_sound;
}

static int run_diff(const char *live_path, const char *disk_path)
{
    struct payload_tree live = {0}, disk = {0};
    int status = EXIT_UNREADABLE;
    if (payload_tree_read(&live, live_path) && payload_tree_read(&disk, disk_path)) {
        status = payload_diff(&live, &disk) == 0 ? EXIT_SUCCESS : EXIT_MATTERS;
    }
    payload_tree_free(&live);
    payload_tree_free(&disk);
    return status;
}

static int run_collect(const struct payload_request *request)
{
    struct payload payload = {0};
    int status = EXIT_ERRORS;
    progress_step("looking for kernel, initrd and device tree");
    bool is_found = payload_write_check(request->output) && payload_collect(&payload, request);
    progress_end();
    if (is_found) {
        payload_print(&payload);
        if (payload_agree(&payload, request->force) && payload_write(&payload, request->output)) {
            payload_line("written: %s", request->output);
            status = EXIT_SUCCESS;
        }
    }
    payload_free(&payload);
    return status;
}

int cmd_payload(int argc, char **argv)
{
    struct options options;
    static char name[] = "drover payload"; /* what getopt begins its messages with */
    int status = EXIT_SUCCESS;
    argv[0] = name;
    if (!options_parse(&options, argc, argv)) {
        status = EXIT_USAGE;
    } else if (options.help) {
        print_usage(stdout);
    } else if (options.diff) {
        status = run_diff(argv[optind], argv[optind + 1]);
    } else {
        status = run_collect(&options.request);
    }
    free(options.debs);
    return status;
}
