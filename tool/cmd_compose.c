/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover compose`: a board's device tree and the devices to give -> a system that boots.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "compose_graph.h"
#include "compose_print.h"
#include "compose_request.h"
#include "diag.h"

enum {
    KEY_VM = INPUT_KEY_OWN,
    KEY_VMS,
    KEY_GIVE,
    KEY_TAKE,
    KEY_FREEZE,
    KEY_RAM,
    KEY_VCPUS,
    KEY_PAYLOAD,
    KEY_BOOTARGS,
    KEY_LIKE_SEED,
    KEY_GRAPH,
};

struct options {
    struct inputs inputs;
    struct request_reader reader;
    const char *output;
    const char *graph; /* where the picture goes, or NULL */
};

static void print_usage(FILE *out)
{
    fputs(
        "usage: drover compose --board BOARD --give NODE --payload DIR -o DIR [options]\n"
        "\n"
        "Makes a system of driver VMs: who gets what is worked out from the board's device tree.\n"
        "\n"
        "  --board BOARD      a board of the SDK\n"
        "  --dtb FILE         a device tree of your own, in place of the board's\n"
        "  --facts FILE       what it cannot say, as in a board.json\n"
        "  --config CONFIG    debug (as it is), release or benchmark: whose programs serve\n"
        "  --search-path DIR  where programs of the file of VMs are looked for; repeatable\n"
        "  -o DIR             where the results go; one of an earlier run is replaced\n"
        "  --graph FILE       a picture as well, as SVG: who has which device, why, and which\n"
        "                     pages devices share\n"
        "\n"
        "For each VM, the first of which is called \"linux\" unless named:\n"
        "  --vm NAME          the options behind it are for this VM\n"
        "  --vms FILE         the VMs of a file, {\"vms\": [{\"name\": ..., \"give\": [...]}]},\n"
        "                     which says as well who serves and who uses\n"
        "  --give NODE        a device to give: path, alias or compatible string; \"all\" for\n"
        "                     every one that can be given; repeatable\n"
        "  --take NODE        keeps a node out, also where another one needs it\n"
        "  --freeze NODE      a provider of clocks, resets, power or pins that stays as the boot\n"
        "                     loader left it; clocks have the rates of the board's facts\n"
        "  --ram SIZE         its memory, 512M unless said\n"
        "  --vcpus COUNT      1 unless said\n"
        "  --payload DIR      kernel and initial RAM disk, from `drover payload`; without one,\n"
        "                     those of the first VM\n"
        "  --bootargs TEXT    its kernel's command line\n"
        "  --like-seed        whole buses, as the Driver Virtual Machines page grants them\n"
        "\n"
        "The results: " COMPOSE_SYSTEM " for `drover build`, and for each VM its tree (.dtb,\n"
        ".dts) and its table; " COMPOSE_REPORT " says what was granted and why, " COMPOSE_JSON
        "\nthe same for machines.\n",
        out);
}

static bool option_take(void *own, int option)
{
    struct options *options = own;
    struct request_reader *reader = &options->reader;
    switch (option) {
    case KEY_VM:
        return request_vm(reader, optarg);
    case KEY_VMS:
        return request_file(reader, optarg);
    case KEY_GIVE:
        return request_give(reader, optarg);
    case KEY_TAKE:
        return request_take(reader, optarg);
    case KEY_FREEZE:
        return request_freeze(reader, optarg);
    case KEY_RAM:
        return request_ram(reader, optarg);
    case KEY_VCPUS:
        return request_vcpus(reader, optarg);
    case KEY_PAYLOAD:
        return request_payload(reader, optarg);
    case KEY_BOOTARGS:
        return request_bootargs(reader, optarg);
    case KEY_LIKE_SEED:
        return request_like_seed(reader);
    case KEY_GRAPH:
        options->graph = optarg;
        return true;
    case 'o':
        options->output = optarg;
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
    INPUT_SEARCH,
    {"output", required_argument, NULL, 'o'},
    {"vm", required_argument, NULL, KEY_VM},
    {"vms", required_argument, NULL, KEY_VMS},
    {"give", required_argument, NULL, KEY_GIVE},
    {"take", required_argument, NULL, KEY_TAKE},
    {"freeze", required_argument, NULL, KEY_FREEZE},
    {"ram", required_argument, NULL, KEY_RAM},
    {"vcpus", required_argument, NULL, KEY_VCPUS},
    {"payload", required_argument, NULL, KEY_PAYLOAD},
    {"bootargs", required_argument, NULL, KEY_BOOTARGS},
    {"graph", required_argument, NULL, KEY_GRAPH},
    {"like-seed", no_argument, NULL, KEY_LIKE_SEED},
    INPUT_HELP,
    {NULL, 0, NULL, 0},
};

/* Says in a few lines what came out. */
static void print_summary(const struct compose *compose, const struct inputs *inputs,
                          const char *output)
{
    for (size_t vm = 0; vm < compose->vm_count; vm++) {
        const struct composed_vm *composed = &compose->vms[vm];
        size_t devices = 0, irqs = 0, masters = 0;
        uint64_t pages = 0;
        char size[32];
        for (size_t i = 0; i < composed->grant_count; i++) {
            devices += devclass_is_device(compose->devtree, composed->grants[i].node);
        }
        for (size_t i = 0; i < compose->region_count; i++) {
            const struct region_row *row = &compose->regions[i];
            pages += row->vm == vm ? row->pages.size / PAGE_SIZE_4K : 0;
        }
        for (size_t i = 0; i < compose->irq_count; i++) {
            const struct irq_row *row = &compose->irqs[i];
            irqs += row->vm == vm && (i == 0 || compose->irqs[i - 1].intid != row->intid);
        }
        for (size_t i = 0; i < compose->master_count; i++) {
            masters += compose->masters[i].vm == vm;
        }
        printf("VM \"%s\": %zu devices in %" PRIu64 " page(s), %zu interrupt(s), %zu bus master(s) "
               "that nothing confines; RAM %s at 0x%" PRIx64 "\n",
               composed->request->name, devices, pages, irqs, masters,
               compose_size_text(composed->ram.size, size), composed->ram.base);
    }
    if (compose->serve.pd_count != compose->vm_count) {
        printf("%zu PDs, %zu regions that they share, %zu channels\n", compose->serve.pd_count,
               compose->serve.region_count, compose->serve.channel_count);
    }
    printf("%s/%s says why; next: drover build %s/%s", output, COMPOSE_REPORT, output,
           COMPOSE_SYSTEM);
    if (inputs->board != NULL) {
        printf(" --board %s", inputs->board);
    }
    if (inputs->tree_path != NULL) {
        printf(" --dtb %s", inputs->tree_path);
    }
    if (inputs->facts_path != NULL) {
        printf(" --facts %s", inputs->facts_path);
    }
    putchar('\n');
}

static bool run(const struct options *options, const struct board *board, const char *tree_path)
{
    const struct source at = {.file = tree_path};
    struct file file = {0};
    struct devtree devtree = {0};
    bool composed = false;
    if (file_map(&file, tree_path, NULL) &&
        devtree_open(&devtree, file.bytes, file.size, tree_path)) {
        struct compose compose;
        composed = compose_run(&compose, &options->reader.request, &devtree, board) &&
                   compose_write(&compose, options->output) &&
                   (options->graph == NULL || compose_graph_write(&compose, options->graph));
        if (composed && board->gic_version != 2) {
            diag_warning(&at,
                         "the board has a GICv%" PRIu32 ": the results are for reading; `drover "
                         "build` refuses the board, since this release has no kernel for it",
                         board->gic_version);
        }
        if (composed) {
            print_summary(&compose, &options->inputs, options->output);
        }
        compose_free(&compose);
    }
    devtree_close(&devtree);
    file_unmap(&file);
    return composed;
}

static int read_and_compose(void *own)
{
    struct options *options = own;
    struct sdk_board paths = {0};
    struct board board;
    if (options->output == NULL) {
        fprintf(stderr, "drover compose: -o is missing\n");
        return EXIT_USAGE;
    }
    bool composed =
        request_finish(&options->reader) && inputs_find_board(&options->inputs, &paths, &board);
    if (composed) {
        struct compose_request *request = &options->reader.request;
        request->search = inputs_search(&options->inputs, request->path);
        request->search.program_directory = paths.programs;
        composed = run(options, &board, paths.tree);
    }
    sdk_free(&paths);
    return composed ? EXIT_SUCCESS : EXIT_ERRORS;
}

static const struct command command = {
    .name = "drover compose",
    .needs_board = true,
    .short_options = "o:h",
    .options = known,
    .take = option_take,
    .print_usage = print_usage,
    .run = read_and_compose,
};

int cmd_compose(int argc, char **argv)
{
    struct options options = {0};
    request_open(&options.reader);
    int status = command_run(&command, &options.inputs, &options, argc, argv);
    request_close(&options.reader);
    return status;
}
