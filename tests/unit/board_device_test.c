/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a board has devices: registers on buses of every kind, and nodes that make no sense.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <libfdt.h>

#include "board.h"
#include "diag_capture.h"
#include "tree_build.h"

static struct board board;

static int set_up(void **state)
{
    (void)state;
    diag_capture_reset();
    board = (struct board){.image_pa = 0x42000000};
    tree_build_start();
    tree_add_memory();
    tree_add_gic();
    return 0;
}

static void read_board(void)
{
    if (!board_tree_read(&board, tree_built, sizeof(tree_built), "test.dtb") ||
        !board_finish(&board, "test.dtb")) {
        fail_msg("%s", diag_captured());
    }
}

static void set_cell_counts(int node, uint32_t address_cells, uint32_t size_cells)
{
    TREE_SET_CELLS(node, "#address-cells", address_cells);
    TREE_SET_CELLS(node, "#size-cells", size_cells);
}

static void registers_take_whole_pages(void **state)
{
    (void)state;
    int node = tree_add_node(0, "rtc@9010000");
    TREE_SET_CELLS(node, "reg", 0, 0x9010200, 0, 0x10, 1, 0x8, 0, 0x1000);
    read_board();
    assert_false(board_has_device(&board, 0x900f000, 0x1000));
    assert_true(board_has_device(&board, 0x9010000, 0x1000));
    assert_true(board_has_device(&board, 0x9010fff, 1));
    assert_false(board_has_device(&board, 0x9011000, 0x1000));
    assert_true(board_has_device(&board, 0x100000000, 1));
    assert_true(board_has_device(&board, 0x100001fff, 1));
    assert_false(board_has_device(&board, 0x100002000, 0x1000));
    assert_true(board_has_device(&board, 0x8000000, 0x1000));
}

static void check_gap(uint64_t pa, uint64_t size, uint64_t gap_pa, uint64_t gap_size)
{
    struct range gap = board_device_gap(&board, pa, size);
    assert_int_equal(gap.size, gap_size);
    assert_true(gap_size == 0 || gap.base == gap_pa);
    assert_int_equal(board_has_device(&board, pa, size), gap_size == 0);
}

static void every_page_is_a_device_s(void **state)
{
    (void)state;
    int node = tree_add_node(0, "uart@9000000");
    TREE_SET_CELLS(node, "reg", 0, 0x9000000, 0, 0x1800, 0, 0x9002000, 0, 0x10, 0, 0x9004000, 0,
                   0x1000);
    read_board();
    check_gap(0x9000000, 0x3000, 0, 0);
    check_gap(0x9004000, 0x1000, 0, 0);
    check_gap(0x9000000, 0x5000, 0x9003000, 0x1000);
    check_gap(0x9002000, 0x1800, 0x9003000, 0x800);
    check_gap(0x8fff000, 0x2000, 0x8fff000, 0x1000);
    check_gap(0x9004000, 0x3000, 0x9005000, 0x2000);
    check_gap(0x9003000, 0x1000, 0x9003000, 0x1000);
    check_gap(0xa000000, 0x1000, 0xa000000, 0x1000);
}

static void facts_add_devices(void **state)
{
    (void)state;
    static const char facts[] = "{\"devices\": [[\"0xa000100\", \"0x1000\"]]}";
    assert_true(board_facts_read(&board, facts, sizeof(facts) - 1, "board.json"));
    read_board();
    check_gap(0xa000000, 0x2000, 0, 0);
    check_gap(0xa000000, 0x3000, 0xa002000, 0x1000);
}

/* Frames of message-signalled interrupts are found wherever they are. */
static void message_interrupts_are_found(void **state)
{
    (void)state;
    static const char *const names[] = {"arm,gic-v2m-frame", "arm,gic-v3-its", "arm,gic-v2m-frame"};
    for (uint32_t i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof(name), "msi@%x", i);
        int node = tree_add_node(0, name);
        tree_set_text(node, "compatible", names[i]);
        TREE_SET_CELLS(node, "reg", 0, 0x8020000 + i * 0x1000, 0, 0x1000);
    }
    read_board();
    assert_int_equal(board.msi_count, 3);
    range_merge(board.msi, &board.msi_count);
    assert_int_equal(board.msi_count, 1);
    assert_int_equal(board.msi[0].base, 0x8020000);
    assert_int_equal(board.msi[0].size, 0x3000);
}

/* A disabled device is one all the same: a guest may be the one to drive it. */
static void disabled_devices_count(void **state)
{
    (void)state;
    int node = tree_add_node(0, "uart@9000000");
    tree_set_text(node, "status", "disabled");
    TREE_SET_CELLS(node, "reg", 0, 0x9000000, 0, 0x1000);
    read_board();
    assert_true(board_has_device(&board, 0x9000000, 0x1000));
}

static void buses_translate(void **state)
{
    (void)state;
    int soc = tree_add_node(0, "soc");
    set_cell_counts(soc, 1, 1);
    TREE_SET_CELLS(soc, "ranges", 0x0, 0x0, 0xff000000, 0x100000, 0x800000, 0x0, 0x9000000, 0x1000);
    int apb = tree_add_node(soc, "apb@1000");
    set_cell_counts(apb, 1, 1);
    TREE_SET_CELLS(apb, "reg", 0x8000, 0x100);
    TREE_SET_CELLS(apb, "ranges", 0x0, 0x1000, 0x2000);
    int timer = tree_add_node(apb, "timer@1000");
    TREE_SET_CELLS(timer, "reg", 0x1000, 0x1000);
    int plain = tree_add_node(soc, "plain");
    set_cell_counts(plain, 1, 1);
    TREE_SET_CELLS(plain, "reg", 0x800000, 0x1000);
    assert_int_equal(fdt_setprop_empty(tree_built, plain, "ranges"), 0);
    int inner = tree_add_node(plain, "inner@9000");
    TREE_SET_CELLS(inner, "reg", 0x9000, 0x10);
    read_board();
    assert_true(board_has_device(&board, 0xff008000, 0x1000));
    assert_true(board_has_device(&board, 0xff002000, 0x1000));
    assert_false(board_has_device(&board, 0xff001000, 0x1000));
    assert_true(board_has_device(&board, 0x9000000, 0x1000));
    assert_true(board_has_device(&board, 0xff009000, 0x1000));
    assert_false(board_has_device(&board, 0x1000, 0x1000));
}

/* An I2C device has an address, but none of the processor's. */
static void what_is_behind_no_ranges_is_no_device(void **state)
{
    (void)state;
    int i2c = tree_add_node(0, "i2c@9020000");
    set_cell_counts(i2c, 1, 0);
    TREE_SET_CELLS(i2c, "reg", 0, 0x9020000, 0, 0x1000);
    int sensor = tree_add_node(i2c, "sensor@50");
    TREE_SET_CELLS(sensor, "reg", 0x50);
    read_board();
    assert_true(board_has_device(&board, 0x9020000, 0x1000));
    assert_false(board_has_device(&board, 0, 0x1000));
}

static void windows_of_pci_are_devices(void **state)
{
    (void)state;
    int pcie = tree_add_node(0, "pcie@10000000");
    tree_set_text(pcie, "device_type", "pci");
    set_cell_counts(pcie, 3, 2);
    TREE_SET_CELLS(pcie, "reg", 0x40, 0x10000000, 0x0, 0x10000000);
    TREE_SET_CELLS(pcie, "ranges", 0x2000000, 0x0, 0x10000000, 0x0, 0x10000000, 0x0, 0x2eff0000,
                   0x3000000, 0x80, 0x0, 0x80, 0x0, 0x40, 0x0);
    int card = tree_add_node(pcie, "card@0");
    TREE_SET_CELLS(card, "reg", 0, 0, 0, 0, 0);
    read_board();
    assert_true(board_has_device(&board, 0x4010000000, 0x1000));
    assert_true(board_has_device(&board, 0x10000000, 0x1000));
    assert_false(board_has_device(&board, 0x3eff0000, 0x1000));
    assert_true(board_has_device(&board, 0xbffffff000, 0x1000));
    assert_false(board_has_device(&board, 0, 0x1000));
}

static void nonsense_is_passed_over(void **state)
{
    (void)state;
    int node = tree_add_node(0, "wraps@1");
    TREE_SET_CELLS(node, "reg", 0xffffffff, 0xfffff000, 0, 0x2000);
    node = tree_add_node(0, "short@2");
    TREE_SET_CELLS(node, "reg", 0, 0x9000000, 0);
    node = tree_add_node(0, "bus@3");
    set_cell_counts(node, 7, 9);
    TREE_SET_CELLS(node, "ranges", 1, 2, 3);
    node = tree_add_node(0, "bus@4");
    TREE_SET_CELLS(node, "ranges", 1, 2);
    read_board();
    assert_int_equal(board.device_count, 5); /* the GIC's four, and RAM */
}

static void too_many_devices_are_refused(void **state)
{
    (void)state;
    static uint8_t large[0x40000];
    assert_int_equal(fdt_open_into(tree_built, large, sizeof(large)), 0);
    for (uint32_t i = 0; i <= BOARD_DEVICE_MAX; i++) {
        char name[32];
        snprintf(name, sizeof(name), "d@%x", i);
        int node = fdt_add_subnode(large, 0, name);
        assert_true(node >= 0);
        const fdt32_t reg[] = {0, cpu_to_fdt32(0x10000000 + i * 0x2000), 0, cpu_to_fdt32(0x1000)};
        assert_int_equal(fdt_setprop(large, node, "reg", reg, sizeof(reg)), 0);
    }
    assert_false(board_tree_read(&board, large, sizeof(large), "test.dtb"));
    assert_true(diag_captured_error("more than 1024 devices"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(registers_take_whole_pages, set_up),
        cmocka_unit_test_setup(every_page_is_a_device_s, set_up),
        cmocka_unit_test_setup(facts_add_devices, set_up),
        cmocka_unit_test_setup(message_interrupts_are_found, set_up),
        cmocka_unit_test_setup(disabled_devices_count, set_up),
        cmocka_unit_test_setup(buses_translate, set_up),
        cmocka_unit_test_setup(what_is_behind_no_ranges_is_no_device, set_up),
        cmocka_unit_test_setup(windows_of_pci_are_devices, set_up),
        cmocka_unit_test_setup(nonsense_is_passed_over, set_up),
        cmocka_unit_test_setup(too_many_devices_are_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
