/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover graph`: the system as a picture.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "diag.h"
#include "graph.h"

struct options {
    const char *system_path;
    const char *board;
    const char *output_path;
    const char **search;
    size_t search_count;
    struct macro *macros;
    size_t macro_count;
    bool dot;
    bool help;
};

static void print_usage(FILE *out)
{
    fputs("usage: drover graph SYSTEM [OPTION]...\n"
          "\n"
          "Draws the system description SYSTEM: who there is, who shares which memory, who\n"
          "notifies and calls whom, which devices and interrupts each has.\n"
          "\n"
          "  -o, --output FILE      the picture, as SVG (default: standard output)\n"
          "  --board BOARD          devices and interrupts get the names of BOARD's device tree\n"
          "  --search-path DIR      look for prefill files in DIR, for the sizes of regions that\n"
          "                         have their file's; may be repeated\n"
          "  -D NAME=VALUE          define a macro; SYSTEM then goes through the C preprocessor\n"
          "  --dot                  write what graphviz is asked in place of the picture\n"
          "  -h, --help             this text\n"
          "\n"
          "The SDK is the one that this program is part of, or the directory in DROVER_SDK or\n"
          "MICROKIT_SDK.\n",
          out);
}

static bool option_take(struct options *options, int option)
{
    switch (option) {
    case 'b':
        options->board = optarg;
        return true;
    case 's':
        options->search[options->search_count++] = optarg;
        return true;
    case 'o':
        options->output_path = optarg;
        return true;
    case 'D':
        options->macros[options->macro_count++] = macro_parse(optarg);
        return true;
    case 'd':
        options->dot = true;
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
        {"board", required_argument, NULL, 'b'},  {"search-path", required_argument, NULL, 's'},
        {"output", required_argument, NULL, 'o'}, {"dot", no_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "o:D:h", known, NULL)) != -1) {
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
    return true;
}

/* Learns the sizes of regions that have their file's. */
static bool find_sizes(const struct options *options, struct system *system)
{
    const struct file_search search = {.directories = options->search,
                                       .directory_count = options->search_count,
                                       .description_path = options->system_path};
    for (size_t i = 0; i < system->region_count; i++) {
        struct memory_region *region = &system->regions[i];
        if (region->size != 0) {
            continue;
        }
        struct file file;
        char *path = file_find(&search, region->prefill_path, &region->source);
        bool mapped = path != NULL && file_map(&file, path, &region->source);
        free(path);
        if (!mapped) {
            return false;
        }
        region->size = (file.size + PAGE_SIZE_4K - 1) / PAGE_SIZE_4K * PAGE_SIZE_4K;
        file_unmap(&file);
    }
    return true;
}

static bool write_output(const struct options *options, const char *text, size_t size)
{
    if (options->output_path != NULL) {
        return file_write(options->output_path, text, size);
    }
    if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0) {
        diag_error(NULL, "cannot write to standard output");
        return false;
    }
    return true;
}

static bool draw(const struct options *options, const struct system *system,
                 const struct graph_board *board)
{
    const char *slash = strrchr(options->system_path, '/');
    const char *title = slash == NULL ? options->system_path : slash + 1;
    struct graph graph;
    char *text = NULL;
    size_t size = 0;
    graph_build(&graph, system, board);
    bool drawn = options->dot || graph_layout(&graph);
    if (drawn) {
        FILE *out = alloc_checked(open_memstream(&text, &size));
        if (options->dot) {
            graph_write_dot(&graph, out);
        } else {
            graph_write_svg(&graph, title, out);
        }
        drawn = fclose(out) == 0 && write_output(options, text, size);
        free(text);
    }
    graph_free(&graph);
    return drawn;
}

static bool read_and_draw(const struct options *options)
{
    struct graph_board board = {0};
    struct system *system =
        system_read(options->system_path, options->macros, options->macro_count);
    bool drawn = system != NULL && (options->search_count == 0 || find_sizes(options, system)) &&
                 (options->board == NULL || graph_board_read(&board, options->board)) &&
                 draw(options, system, options->board == NULL ? NULL : &board);
    graph_board_free(&board);
    system_free(system);
    return drawn;
}

int cmd_graph(int argc, char **argv)
{
    struct options options = {
        .search = alloc_array((size_t)argc, sizeof(*options.search)),
        .macros = alloc_array((size_t)argc, sizeof(*options.macros)),
    };
    static char name[] = "drover graph"; /* what getopt begins its messages with */
    int status = EXIT_SUCCESS;
    argv[0] = name;
    if (!options_parse(&options, argc, argv)) {
        fprintf(stderr, "`drover graph --help` lists the options\n");
        status = EXIT_USAGE;
    } else if (options.help) {
        print_usage(stdout);
    } else if (!read_and_draw(&options)) {
        status = EXIT_ERRORS;
    }
    free(options.search);
    free(options.macros);
    return status;
}
