/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds small device trees for tests, with libfdt.
 */
#include "tree_build.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <libfdt.h>

_Alignas(8) uint8_t tree_built[TREE_BUILT_SIZE];

void tree_build_start(void)
{
    assert_int_equal(fdt_create_empty_tree(tree_built, sizeof(tree_built)), 0);
    assert_int_equal(fdt_setprop_u32(tree_built, 0, "#address-cells", 2), 0);
    assert_int_equal(fdt_setprop_u32(tree_built, 0, "#size-cells", 2), 0);
}

int tree_add_node(int parent, const char *name)
{
    int node = fdt_add_subnode(tree_built, parent, name);
    assert_true(node >= 0);
    return node;
}

void tree_set_text(int node, const char *name, const char *text)
{
    assert_int_equal(fdt_setprop_string(tree_built, node, name, text), 0);
}

void tree_set_cells(int node, const char *name, const uint32_t *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fdt_appendprop_u32(tree_built, node, name, cells[i]), 0);
    }
}

void tree_add_memory(void)
{
    int node = tree_add_node(0, "memory@40000000");
    tree_set_text(node, "device_type", "memory");
    TREE_SET_CELLS(node, "reg", 0, 0x40000000, 0, 0x8000000);
}

void tree_add_gic(void)
{
    int node = tree_add_node(0, "gic@8000000");
    tree_set_text(node, "compatible", "arm,gic-400");
    TREE_SET_CELLS(node, "reg", 0, 0x8000000, 0, 0x1000, 0, 0x8010000, 0, 0x2000, 0, 0x8030000, 0,
                   0x2000, 0, 0x8040000, 0, 0x2000);
    TREE_SET_CELLS(node, "interrupts", 1, 8, 4);
    TREE_SET_CELLS(node, "#interrupt-cells", 3);
    TREE_SET_CELLS(node, "phandle", 1);
    TREE_SET_CELLS(0, "interrupt-parent", 1);
}
