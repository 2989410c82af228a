/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a picture takes from a board: the names of devices, which interrupt is whose, what is RAM.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <libfdt.h>

#include "diag_capture.h"
#include "picture.h"
#include "tree_build.h"

#define SDK    BUILD_DIR "/tests/graph/sdk"
#define BOARD  SDK "/board/made_up"
#define SYSTEM "tests/graph/board.system"

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    assert_int_equal(fclose(out), 0);
}

/* A console; a network card with two interrupts and its second registers among the clocks', which
 * are behind a bus; a sensor without a PA. */
static void build_tree(void)
{
    tree_build_start();
    tree_add_memory();
    tree_add_gic();
    int console = tree_add_node(0, "serial@9000000");
    TREE_SET_CELLS(console, "reg", 0, 0x9000000, 0, 0x1000);
    TREE_SET_CELLS(console, "interrupts", 0, 1, 4);
    int network = tree_add_node(0, "ethernet@a000000");
    TREE_SET_CELLS(network, "reg", 0, 0xa000000, 0, 0x1000, 0, 0xb000100, 0, 0x10);
    TREE_SET_CELLS(network, "interrupts", 0, 5, 1, 0, 6, 1);
    int bus = tree_add_node(0, "bus@b000000");
    tree_set_text(bus, "compatible", "simple-bus");
    TREE_SET_CELLS(bus, "#address-cells", 1);
    TREE_SET_CELLS(bus, "#size-cells", 1);
    TREE_SET_CELLS(bus, "reg", 0, 0xb000000, 0, 0x10000);
    TREE_SET_CELLS(bus, "ranges", 0, 0, 0xb000000, 0x10000);
    int clocks = tree_add_node(bus, "clocks@0");
    TREE_SET_CELLS(clocks, "reg", 0, 0x200);
    int wires = tree_add_node(0, "i2c");
    TREE_SET_CELLS(wires, "#address-cells", 1);
    TREE_SET_CELLS(wires, "#size-cells", 0);
    int sensor = tree_add_node(wires, "sensor@48");
    TREE_SET_CELLS(sensor, "reg", 0x48);
}

static int set_up(void **state)
{
    static const char facts[] = "{\"image_load_address\": \"0x42000000\"}";
    (void)state;
    assert_int_equal(system("mkdir -p " BOARD "/debug/elf"), 0);
    build_tree();
    write_file(BOARD "/board.dtb", tree_built, sizeof(tree_built));
    write_file(BOARD "/board.json", facts, strlen(facts));
    write_file(BOARD "/debug/elf/kernel.elf", "", 0);
    diag_capture_reset();
    return setenv("DROVER_SDK", SDK, 1);
}

static void read_board(struct graph_board *board)
{
    if (!graph_board_read(board, "made_up")) {
        fail_msg("%s", diag_captured());
    }
}

static void interrupts_have_their_device(void **state)
{
    (void)state;
    struct graph_board board;
    read_board(&board);
    assert_true(graph_board_raises(&board, 33, 0x9000000, 0x1000));
    assert_true(graph_board_raises(&board, 37, 0xa000000, 0x1000));
    assert_true(graph_board_raises(&board, 38, 0xa000000, 0x1000));
    assert_false(graph_board_raises(&board, 37, 0x9000000, 0x1000));
    /* A device is known by its first registers. */
    assert_false(graph_board_raises(&board, 37, 0xb000000, 0x1000));
    assert_false(graph_board_raises(&board, 50, 0, UINT64_C(1) << 32));
    graph_board_free(&board);
}

static void devices_have_their_names(void **state)
{
    (void)state;
    struct graph_board board;
    struct picture picture;
    read_board(&board);
    picture_draw(&picture, SYSTEM, "board", &board);
    assert_int_equal(picture_count(&picture, "device"), 3);
    assert_int_equal(picture_texts(&picture, "serial@9000000"), 1);
    assert_int_equal(picture_texts(&picture, "ethernet@a000000"), 2);
    assert_int_equal(picture_texts(&picture, "clocks@0"), 1);
    assert_int_equal(picture_texts(&picture, "bus@b000000"), 0);
    assert_int_equal(picture_texts(&picture, "irq 33 level, channel 0"), 1);
    assert_int_equal(picture_texts(&picture, "irq 37..38 edge, channel 1..2"), 1);
    assert_int_equal(picture_texts(&picture, "irq 50 level, channel 3"), 1);
    assert_int_equal(picture_count(&picture, "irqs"), 1);
    assert_int_equal(picture_count(&picture, "irq"), 3);
    /* RAM stays RAM, though it is mapped as a device is. */
    assert_int_equal(picture_texts(&picture, "ring 4 KiB rw uncached at 0x40000000"), 1);
    picture_free(&picture);
    graph_board_free(&board);
}

static void a_board_without_sense_is_refused(void **state)
{
    (void)state;
    struct graph_board board;
    write_file(BOARD "/board.dtb", "nonsense", 8);
    assert_false(graph_board_read(&board, "made_up"));
    assert_true(diag_captured_error("not a flattened device tree"));
    graph_board_free(&board);
    assert_false(graph_board_read(&board, "none"));
    assert_true(diag_captured_error("there are: made_up"));
    graph_board_free(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(interrupts_have_their_device, set_up),
        cmocka_unit_test_setup(devices_have_their_names, set_up),
        cmocka_unit_test_setup(a_board_without_sense_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
