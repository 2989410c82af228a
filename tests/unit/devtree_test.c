/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The device tree as a graph: how nodes are found, and their registers as PAs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "diag_capture.h"
#include "tree_text.h"

static struct devtree devtree;

static int tear_down(void **state)
{
    (void)state;
    devtree_close(&devtree);
    return 0;
}

static const struct devnode *at(const char *path)
{
    return &devtree.nodes[tree_text_node(&devtree, path)];
}

static void check_reg(const char *path, size_t index, uint64_t pa, uint64_t size)
{
    const struct devnode *node = at(path);
    assert_true(index < node->reg_count);
    assert_int_equal(node->regs[index].base, pa);
    assert_int_equal(node->regs[index].size, size);
}

static void check_no_reg(const char *path, const char *problem)
{
    const struct devnode *node = at(path);
    assert_int_equal(node->reg_count, 0);
    if (problem == NULL) {
        assert_null(node->reg_problem);
    } else {
        assert_non_null(node->reg_problem);
        assert_non_null(strstr(node->reg_problem, problem));
    }
}

static void nodes_know_their_place(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { a { b { c { }; }; d { }; }; e { }; };");
    assert_int_equal(devtree.node_count, 6);
    size_t a = tree_text_node(&devtree, "/a"), c = tree_text_node(&devtree, "/a/b/c");
    assert_int_equal(devtree.nodes[0].end, 6);
    assert_int_equal(devtree.nodes[0].parent, NODE_NONE);
    assert_int_equal(devtree.nodes[a].end, 5);
    assert_int_equal(devtree.nodes[c].end, c + 1);
    assert_string_equal(devtree.nodes[c].path, "/a/b/c");
    assert_true(devnode_is_within(&devtree, c, a));
    assert_true(devnode_is_within(&devtree, a, a));
    assert_false(devnode_is_within(&devtree, a, c));
    assert_false(devnode_is_within(&devtree, tree_text_node(&devtree, "/e"), a));
}

static void status_is_inherited(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { status = \"disabled\"; on { status = \"okay\"; in { }; };"
                             "off { status = \"fail\"; in { status = \"ok\"; }; }; };");
    assert_true(at("/")->is_enabled); /* a root has no status */
    assert_true(at("/on/in")->is_enabled);
    assert_false(at("/off")->is_enabled);
    assert_false(at("/off/in")->is_enabled);
}

static void nodes_are_found(void **state)
{
    (void)state;
    tree_text_open(&devtree,
                   "/ { aliases { serial0 = \"/soc/uart@1000\"; torn = [2f 73 6f 63];"
                   "other = \"serial0\"; };"
                   "chosen { stdout-path = \"serial0:115200n8\"; };"
                   "soc { uart@1000 { phandle = <7>; }; uart@2000 { phandle = <3>; }; }; };");
    size_t uart = tree_text_node(&devtree, "/soc/uart@1000");
    assert_int_equal(devtree_by_path(&devtree, "serial0"), uart);
    assert_int_equal(devtree_by_path(&devtree, "torn"), NODE_NONE);
    assert_int_equal(devtree_by_path(&devtree, "other"), NODE_NONE);
    assert_int_equal(devtree_by_path(&devtree, ""), NODE_NONE);
    assert_int_equal(devtree_by_path(&devtree, "/nothing"), NODE_NONE);
    assert_int_equal(devtree_console(&devtree), uart);
    assert_int_equal(devtree_by_phandle(&devtree, 7), uart);
    assert_int_equal(devtree_by_phandle(&devtree, 3), uart + 1);
    assert_int_equal(devtree_by_phandle(&devtree, 0), NODE_NONE);
    assert_int_equal(devtree_by_phandle(&devtree, 5), NODE_NONE);
    assert_int_equal(devtree_by_phandle(&devtree, UINT32_MAX), NODE_NONE);
}

static void compatible_strings_match(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { a { compatible = \"x,one\", \"x,two\"; };"
                             "torn { compatible = [78 2c 6f 6e 65]; }; };");
    size_t a = tree_text_node(&devtree, "/a");
    assert_true(devnode_is_compatible(&devtree, a, "x,two"));
    assert_true(devnode_is_compatible(&devtree, a, "x,*"));
    assert_false(devnode_is_compatible(&devtree, a, "x,on"));
    assert_false(devnode_is_compatible(&devtree, tree_text_node(&devtree, "/torn"), "x,one"));
}

#define CELLS_2_2 "#address-cells = <2>; #size-cells = <2>; "
#define CELLS_1_1 "#address-cells = <1>; #size-cells = <1>; "

static void ranges_nest(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " CELLS_2_2 "soc { " CELLS_1_1
        "ranges = <0 0 0xff000000 0x100000>, <0x800000 0x2 0 0x1000>;"
        "apb@1000 { " CELLS_1_1 "ranges = <0 0x1000 0x2000>; reg = <0x1000 0x2000>;"
        " t@1000 { reg = <0x1000 0x1000>; }; far@1800 { reg = <0x1800 0x1000>; }; };"
        "same { " CELLS_1_1 "ranges; in { reg = <0x9000 0x10>, <0x800000 0x1000>; }; };"
        "i2c { #address-cells = <1>; #size-cells = <0>; chip@50 { reg = <0x50>; }; }; }; };");
    check_reg("/soc/apb@1000", 0, 0xff001000, 0x2000);
    check_reg("/soc/apb@1000/t@1000", 0, 0xff002000, 0x1000);
    check_no_reg("/soc/apb@1000/far@1800", "no \"ranges\" above it translates");
    check_reg("/soc/same/in", 0, 0xff009000, 0x10);
    check_reg("/soc/same/in", 1, 0x200000000, 0x1000);
    check_no_reg("/soc/i2c/chip@50", NULL);
}

static void ranges_that_make_no_sense_lead_nowhere(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " CELLS_2_2
        /* beyond 40 bits, wrapping, and torn */
        "high { " CELLS_1_1 "ranges = <0 0x100 0 0x1000>; in { reg = <0 0x10>; }; };"
        "wraps { " CELLS_2_2
        "ranges = <0 0 0xffffffff 0xfffff000 0 0x2000>; in { reg = <0 0 0 16>; }; };"
        "torn { " CELLS_1_1 "ranges = <0 0>; in { reg = <0 0x10>; }; };"
        "wide { #address-cells = <5>; #size-cells = <1>; ranges; in { reg = <0 0 0 0 0 16>; }; };"
        "huge { reg = <0x100 0 0 16>; };"
        "short { reg = <0 0x1000 0>; };"
        "empty { reg = <0 0x1000 0 0>; };"
        "wrap2 { reg = <0xffffffff 0xfffff000 0 0x2000>; }; };");
    check_no_reg("/high/in", "no \"ranges\" above it translates");
    check_no_reg("/wraps/in", "no \"ranges\" above it translates");
    check_no_reg("/torn/in", "no \"ranges\" above it translates");
    check_no_reg("/wide/in", "#address-cells");
    check_no_reg("/huge", "40 bits");
    check_no_reg("/short", "not a whole number of entries");
    check_no_reg("/empty", NULL);
    check_no_reg("/wrap2", "40 bits");
}

static void dma_windows_are_the_bus_s(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { " CELLS_2_2 "all { reg = <0 0x1000 0 0x1000>; };"
                             "soc { " CELLS_1_1 "ranges = <0 0 0 0x10000000>;"
                             "dma-ranges = <0xc0000000 0 0 0x3f000000>;"
                             "sub { " CELLS_1_1 "ranges; dma-ranges; d { }; }; d { }; }; };");
    size_t count;
    assert_null(devnode_dma_windows(&devtree, tree_text_node(&devtree, "/all"), &count));
    assert_int_equal(count, 0);
    const struct window *windows =
        devnode_dma_windows(&devtree, tree_text_node(&devtree, "/soc/d"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(windows[0].base, 0xc0000000);
    assert_int_equal(windows[0].pa, 0);
    assert_int_equal(windows[0].size, 0x3f000000);
    assert_ptr_equal(devnode_dma_windows(&devtree, tree_text_node(&devtree, "/soc/sub/d"), &count),
                     windows);
}

static void windows_of_pci_are_registers(void **state)
{
    (void)state;
    tree_text_open(&devtree,
                   "/ { " CELLS_2_2 "pcie@10000000 { device_type = \"pci\";"
                   "#address-cells = <3>; #size-cells = <2>; reg = <0x40 0x10000000 0 0x1000>;"
                   "ranges = <0x2000000 0 0x10000000 0 0x20000000 0 0x1000>;"
                   "card@0 { reg = <0 0 0 0 0>; }; }; };");
    assert_true(at("/pcie@10000000")->is_pci);
    check_reg("/pcie@10000000", 0, 0x4010000000, 0x1000);
    check_reg("/pcie@10000000", 1, 0x20000000, 0x1000);
    check_no_reg("/pcie@10000000/card@0", NULL);
}

static void what_is_no_tree_is_refused(void **state)
{
    (void)state;
    diag_capture_reset();
    size_t size = tree_text_make("/ { };");
    assert_false(devtree_open(&devtree, tree_text_bytes, size - 1, "test.dtb"));
    assert_true(diag_captured_error("not a flattened device tree"));
}

/* A chain of nodes in a tree that is written as it stands, for dtc has limits of its own. */
static void make_chain(size_t depth, const char *name)
{
    fdt_create(tree_text_bytes, sizeof(tree_text_bytes));
    fdt_finish_reservemap(tree_text_bytes);
    fdt_begin_node(tree_text_bytes, "");
    for (size_t i = 0; i < depth; i++) {
        fdt_begin_node(tree_text_bytes, name);
    }
    for (size_t i = 0; i <= depth; i++) {
        fdt_end_node(tree_text_bytes);
    }
    assert_int_equal(fdt_finish(tree_text_bytes), 0);
    diag_capture_reset();
}

static void what_is_too_deep_is_refused(void **state)
{
    (void)state;
    make_chain(NODE_DEPTH_MAX, "a");
    assert_true(devtree_open(&devtree, tree_text_bytes, sizeof(tree_text_bytes), "test.dtb"));
    devtree_close(&devtree);
    make_chain(NODE_DEPTH_MAX + 1, "a");
    assert_false(devtree_open(&devtree, tree_text_bytes, sizeof(tree_text_bytes), "test.dtb"));
    assert_true(diag_captured_error("32 deep"));
    char name[201];
    memset(name, 'a', 200);
    name[200] = '\0';
    make_chain(6, name);
    assert_false(devtree_open(&devtree, tree_text_bytes, sizeof(tree_text_bytes), "test.dtb"));
    assert_true(diag_captured_error("a path of 1206 characters"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nodes_know_their_place, tear_down),
        cmocka_unit_test_teardown(status_is_inherited, tear_down),
        cmocka_unit_test_teardown(nodes_are_found, tear_down),
        cmocka_unit_test_teardown(compatible_strings_match, tear_down),
        cmocka_unit_test_teardown(ranges_nest, tear_down),
        cmocka_unit_test_teardown(ranges_that_make_no_sense_lead_nowhere, tear_down),
        cmocka_unit_test_teardown(dma_windows_are_the_bus_s, tear_down),
        cmocka_unit_test_teardown(windows_of_pci_are_registers, tear_down),
        cmocka_unit_test_teardown(what_is_no_tree_is_refused, tear_down),
        cmocka_unit_test_teardown(what_is_too_deep_is_refused, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
