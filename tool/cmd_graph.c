/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover graph`: the system as a picture.
 */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "diag.h"
#include "graph.h"

struct options {
    struct inputs inputs;
    const char *output_path;
    bool dot;
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

static bool option_take(void *own, int option)
{
    struct options *options = own;
    switch (option) {
    case 'o':
        options->output_path = optarg;
        return true;
    case 'd':
        options->dot = true;
        return true;
    default:
        return false;
    }
}

static const struct option known[] = {
    INPUT_BOARD,
    INPUT_SEARCH,
    {"output", required_argument, NULL, 'o'},
    {"dot", no_argument, NULL, 'd'},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

/* Learns the sizes of regions that have their file's. */
static bool find_sizes(const struct inputs *inputs, struct system *system)
{
    const struct file_search search = inputs_search(inputs, inputs->operand);
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
    const char *path = options->inputs.operand;
    const char *slash = strrchr(path, '/');
    const char *title = slash == NULL ? path : slash + 1;
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

static int read_and_draw(void *own)
{
    const struct options *options = own;
    const struct inputs *inputs = &options->inputs;
    struct graph_board board = {0};
    struct system *system = system_read(inputs->operand, inputs->macros, inputs->macro_count);
    bool drawn = system != NULL && (inputs->search_count == 0 || find_sizes(inputs, system)) &&
                 (inputs->board == NULL || graph_board_read(&board, inputs->board)) &&
                 draw(options, system, inputs->board == NULL ? NULL : &board);
    graph_board_free(&board);
    system_free(system);
    return drawn ? EXIT_SUCCESS : EXIT_ERRORS;
}

static const struct command command = {
    .name = "drover graph",
    .operand = "system description",
    .short_options = "o:D:h",
    .options = known,
    .take = option_take,
    .print_usage = print_usage,
    .run = read_and_draw,
};

int cmd_graph(int argc, char **argv)
{
    struct options options = {0};
    return command_run(&command, &options.inputs, &options, argc, argv);
}
