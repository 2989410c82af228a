/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes `drover compose --give all`: whatever tree is accepted as a board, composing ends, and
 * what is composed is printed in every form and holds what its readers rely on.
 */
#include <libfdt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compose_print.h"

#define TREE_MAX 0x10000 /* bytes; more would only be slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char payload[] = "/tmp/compose_fuzz_XXXXXX";

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void remove_payload(void)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/Image", payload);
    unlink(path);
    rmdir(payload);
}

/* A kernel that is a header only, and takes 4 MiB in memory. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    uint8_t image[64] = {[18] = 0x40, [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64};
    char path[64];
    require(mkdtemp(payload) != NULL);
    snprintf(path, sizeof(path), "%s/Image", payload);
    require(file_write(path, image, sizeof(image)));
    atexit(remove_payload);
    return 0;
}

/* No page that is the VM's is one that nobody is given. */
static void check_pages(const struct compose *compose)
{
    for (size_t i = 0; i < compose->region_count; i++) {
        const struct region_row *row = &compose->regions[i];
        require(row->pages.size != 0 && range_is_physical(&row->pages));
        require((row->pages.base | row->pages.size) % PAGE_SIZE_4K == 0);
        for (size_t k = 0; k < compose->kept_count; k++) {
            require(!range_overlaps(&row->pages, compose->kept[k].base, compose->kept[k].size));
        }
        require(!range_overlaps(&row->pages, compose->vms[0].ram.base, compose->vms[0].ram.size));
    }
    for (size_t i = 0; i < compose->irq_count; i++) {
        require(compose->irqs[i].intid >= 32 && compose->irqs[i].intid < 1020);
    }
}

static void check(const struct compose *compose)
{
    size_t size;
    const struct range *ram = &compose->vms[0].ram;
    require(board_memory_find(compose->board, ram->base, ram->size) != NULL);
    require(fdt_check_full(compose->vms[0].tree, compose->vms[0].tree_size) == 0);
    check_pages(compose);
    free(compose_print_system(compose, &size));
    free(compose_print_report(compose, &size));
    free(compose_print_json(compose, &size));
    free(compose_print_table(compose, 0, &size));
    free(compose_print_dts(compose, 0, &size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char facts[] = "{\"memory\": [[\"0x40000000\", \"0x40000000\"]]}";
    const struct compose_request request = {.vms = {{.name = "linux",
                                                     .gives_all = true,
                                                     .ram_size = UINT64_C(32) << 20,
                                                     .vcpu_count = 1,
                                                     .payload = payload}},
                                            .vm_count = 1};
    struct devtree devtree = {0};
    struct board board = {.name = "fuzz"};
    void *copy = malloc(size + 1); /* aligned as a mapped file is, and exactly as long */
    require(copy != NULL);
    memcpy(copy, data, size);
    if (size <= TREE_MAX && devtree_open(&devtree, copy, size, "fuzz.dtb") &&
        board_tree_read(&board, copy, size, "fuzz.dtb") &&
        board_facts_read(&board, facts, sizeof(facts) - 1, "fuzz.json") &&
        board_finish(&board, "fuzz.dtb")) {
        struct compose compose;
        if (compose_run(&compose, &request, &devtree, &board)) {
            check(&compose);
        }
        compose_free(&compose);
    }
    devtree_close(&devtree);
    free(copy);
    return 0;
}
