/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload` and device trees: files, and directories in the shape of /proc/device-tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "alloc.h"
#include "build.h"
#include "diag_capture.h"

static struct payload_tree tree;

static bool read_tree(const char *path)
{
    payload_tree_free(&tree);
    diag_capture_reset();
    return payload_tree_read(&tree, path);
}

static void expect_refusal(const char *path, const char *text)
{
    if (read_tree(path)) {
        fail_msg("%s: accepted, where \"%s\" was expected", path, text);
    }
    if (!diag_captured_error(text)) {
        fail_msg("\"%s\" is not in: %s", text, diag_captured());
    }
}

static void files(void **state)
{
    (void)state;
    const char *directory = build_directory("tree-files");
    struct payload_bytes file = build_tree("maker,board");
    char path[512];
    snprintf(path, sizeof(path), "%s/board.dtb", directory);
    build_file(directory, "board.dtb", file.bytes, file.size);
    assert_true(read_tree(path));
    assert_string_equal(tree.model, "A board of the test");
    assert_int_equal(tree.compatible.count, 2);
    assert_string_equal(tree.compatible.names[0], "maker,board");
    assert_false(tree.live);
    build_file(directory, "board.dtb", file.bytes, file.size - 1);
    expect_refusal(path, "not a flattened device tree");
    build_file(directory, "board.dtb", "/dts-v1/;\n/ { };\n", 17);
    expect_refusal(path, "dtc -I dts -O dtb");
    build_file(directory, "board.dtb", "", 0);
    expect_refusal(path, "not a flattened device tree");
    struct payload_bytes large = {alloc_array(PAYLOAD_TREE_MAX + 1, 1), PAYLOAD_TREE_MAX + 1};
    build_file(directory, "board.dtb", large.bytes, large.size);
    expect_refusal(path, "more than 2 MiB");
    snprintf(path, sizeof(path), "%s/nowhere.dtb", directory);
    expect_refusal(path, "cannot open the device tree");
    expect_refusal("/dev/null", "it is a device or a pipe");
    payload_bytes_free(&large);
    payload_bytes_free(&file);
    payload_tree_free(&tree);
}

/* A tree of nested nodes, deeper than anybody's. */
static void deep(void **state)
{
    (void)state;
    struct payload_bytes file = {alloc_array(65536, 1), 65536};
    assert_int_equal(fdt_create_empty_tree(file.bytes, 65536), 0);
    int node = 0;
    for (int i = 0; i <= PAYLOAD_DEPTH_MAX; i++) {
        node = fdt_add_subnode(file.bytes, node, "n");
        assert_true(node > 0);
    }
    diag_capture_reset();
    assert_false(payload_tree_take(&tree, &file, "deep.dtb"));
    assert_true(diag_captured_error("nodes more than 64 deep"));
    payload_tree_free(&tree);
}

static void live(void **state)
{
    (void)state;
    const char *directory = build_directory("tree-live");
    build_file(directory, "compatible", "maker,board\0maker,chip", 23);
    build_file(directory, "model", "Live", 5);
    build_file(directory, "name", "", 1);
    build_file(directory, "soc/serial@1000/reg", "\0\0\x10\0\0\0\1\0", 8);
    build_file(directory, "soc/serial@1000/name", "serial", 7);
    build_file(directory, "soc/serial@1000/dma-coherent", "", 0);
    build_file(directory, "soc/other/name", "its own", 8);
    build_link(directory, "soc/link", "..");
    build_link(directory, "soc/link-to-file", "../model");
    assert_true(read_tree(directory));
    assert_true(tree.live);
    assert_string_equal(tree.model, "Live");
    assert_string_equal(tree.compatible.names[1], "maker,chip");
    const void *fdt = tree.fdt.bytes;
    int length;
    int serial = fdt_path_offset(fdt, "/soc/serial@1000");
    assert_true(serial > 0);
    assert_memory_equal(fdt_getprop(fdt, serial, "reg", &length), "\0\0\x10\0\0\0\1\0", 8);
    assert_non_null(fdt_getprop(fdt, serial, "dma-coherent", &length));
    assert_int_equal(length, 0);
    assert_null(fdt_getprop(fdt, 0, "name", &length));
    assert_null(fdt_getprop(fdt, serial, "name", &length));
    assert_non_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/soc/other"), "name", &length));
    assert_true(fdt_path_offset(fdt, "/soc/link") < 0);
    assert_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/soc"), "link-to-file", &length));
    /* The same directory makes the same bytes. */
    struct payload_bytes again;
    assert_true(payload_live_read(&again, directory));
    assert_int_equal(again.size, tree.fdt.size);
    assert_memory_equal(again.bytes, tree.fdt.bytes, again.size);
    payload_bytes_free(&again);
    payload_tree_free(&tree);
}

static void live_limits(void **state)
{
    (void)state;
    const char *directory = build_directory("tree-limits");
    struct payload_bytes large = {alloc_array((size_t)3 << 20, 1), (size_t)3 << 20};
    char path[1024];
    build_file(directory, "big", large.bytes, (size_t)1 << 20);
    assert_true(read_tree(directory)); /* needs more than the first try has */
    build_file(directory, "bigger", large.bytes, (size_t)1 << 20);
    expect_refusal(directory, "more than 2 MiB, and Linux takes no more");
    build_file(directory, "big", large.bytes, large.size);
    expect_refusal(directory, "a property of more than 2 MiB");
    directory = build_directory("tree-limits");
    snprintf(path, sizeof(path), "%s", directory);
    for (int i = 0; i <= PAYLOAD_DEPTH_MAX; i++) {
        strcat(path, "/n");
    }
    assert_int_equal(build_run("mkdir -p %s", path), 0);
    expect_refusal(directory, "more than 64 nodes deep");
    payload_bytes_free(&large);
    payload_tree_free(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(deep),
        cmocka_unit_test(live),
        cmocka_unit_test(live_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
