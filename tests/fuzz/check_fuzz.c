/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes `drover check`: the reader that goes on after mistakes, and every rule. The input is a
 * description, and behind a NUL byte a device tree; without that, the tree is a small one that is
 * made here. A description that begins with a blank has a guest that is given the same tree.
 */
#include <libfdt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void add_cells(void *fdt, const char *name, const uint32_t *values, size_t count)
{
    fdt32_t cells[16];
    require(count <= 16);
    for (size_t i = 0; i < count; i++) {
        cells[i] = cpu_to_fdt32(values[i]);
    }
    require(fdt_property(fdt, name, cells, (int)(count * sizeof(*cells))) == 0);
}

#define ADD_CELLS(fdt, name, ...)                                                                  \
    add_cells(fdt, name, (const uint32_t[]){__VA_ARGS__},                                          \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* A node with registers of a page and an interrupt, still open. */
static void add_device(void *fdt, const char *name, const char *compatible, uint32_t pa,
                       uint32_t spi)
{
    fdt_begin_node(fdt, name);
    fdt_property_string(fdt, "compatible", compatible);
    ADD_CELLS(fdt, "reg", pa, 0x1000);
    ADD_CELLS(fdt, "interrupts", 0, spi, 4);
}

/* Memory, a GIC-400, an SD controller with its clocks, and a UART that is disabled. */
static size_t make_tree(void *fdt, int room)
{
    fdt_create(fdt, room);
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    ADD_CELLS(fdt, "#address-cells", 1);
    ADD_CELLS(fdt, "#size-cells", 1);
    ADD_CELLS(fdt, "interrupt-parent", 1);
    fdt_begin_node(fdt, "memory@40000000");
    fdt_property_string(fdt, "device_type", "memory");
    ADD_CELLS(fdt, "reg", 0x40000000, 0x8000000);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "gic@8000000");
    fdt_property_string(fdt, "compatible", "arm,gic-400");
    ADD_CELLS(fdt, "reg", 0x8000000, 0x1000, 0x8010000, 0x2000, 0x8030000, 0x2000, 0x8040000,
              0x2000);
    ADD_CELLS(fdt, "interrupts", 1, 8, 4);
    ADD_CELLS(fdt, "#interrupt-cells", 3);
    ADD_CELLS(fdt, "phandle", 1);
    fdt_end_node(fdt);
    add_device(fdt, "mmc@9000000", "x,mmc", 0x9000000, 1);
    ADD_CELLS(fdt, "clocks", 2);
    fdt_end_node(fdt);
    add_device(fdt, "clock-controller@9001000", "x,clocks", 0x9001000, 2);
    ADD_CELLS(fdt, "phandle", 2);
    ADD_CELLS(fdt, "#clock-cells", 0);
    fdt_end_node(fdt);
    add_device(fdt, "serial@9002000", "x,uart", 0x9002000, 3);
    fdt_property_string(fdt, "status", "disabled");
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    require(fdt_finish(fdt) == 0);
    return fdt_totalsize(fdt);
}

static void check_findings(const struct check *check)
{
    const struct check_findings *findings = &check->findings;
    require(findings->count <= CHECK_FINDING_MAX && findings->count <= findings->total);
    for (size_t i = 0; i < findings->count; i++) {
        const struct check_finding *finding = &findings->list[i];
        require(finding->code < CHECK_CODE_COUNT && finding->text != NULL);
        require(i == 0 || findings->list[i - 1].code <= finding->code);
        require(finding->item_count > 0 && finding->item_count <= finding->item_total);
        require(finding->accepted == NULL || check_code_is_acceptable(finding->code));
        for (size_t item = 0; item < finding->item_count; item++) {
            require(finding->items[item].text != NULL);
            require(finding->items[item].source.line == 0 ||
                    finding->items[item].source.file != NULL);
        }
    }
}

static void check_text(const char *bytes, size_t size, const struct devtree *tree,
                       const struct board *board)
{
    static FILE *nowhere;
    struct source_text text;
    struct check_model model = {0};
    struct check check;
    const struct check_guest guest = {.tree = tree};
    source_text_init(&text, "fuzz.system", bytes, size);
    check_accept_scan(&model, &text, "fuzz.system");
    check_model_take(&model, &text);
    const struct check_input input = {
        .model = &model,
        .tree = tree,
        .board = board,
        .kernel_prints = true,
        .guests = &guest,
        .guest_count = bytes[0] == ' ',
    };
    check_run(&check, &input);
    check_findings(&check);
    nowhere = nowhere == NULL ? fopen("/dev/null", "w") : nowhere;
    require(nowhere != NULL);
    check_print(&check, "fuzz.system", true, nowhere);
    check_write_json(&check, "fuzz.system", nowhere);
    check_free(&check);
    check_model_free(&model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(8) uint8_t own[4096];
    const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
    size_t text_size = end == NULL ? size : (size_t)(end - data);
    size_t tree_size = end == NULL ? make_tree(own, sizeof(own)) : size - text_size - 1;
    uint8_t *copy = malloc(tree_size + 1); /* aligned as a mapped file is, and exactly as long */
    struct devtree tree;
    struct board board = {.name = "fuzz", .uart_pa = 0x9002000};
    require(copy != NULL);
    memcpy(copy, end == NULL ? own : end + 1, tree_size);
    if (text_size > 0 && devtree_open(&tree, copy, tree_size, "fuzz.dtb")) {
        if (!board_tree_read(&board, copy, tree_size, "fuzz.dtb")) {
            board = (struct board){.name = "fuzz", .gic_version = 2};
        }
        char *text = malloc(text_size);
        require(text != NULL);
        memcpy(text, data, text_size);
        check_text(text, text_size, &tree, &board);
        free(text);
        devtree_close(&tree);
    } else if (text_size > 0) {
        devtree_close(&tree);
    }
    free(copy);
    return 0;
}
