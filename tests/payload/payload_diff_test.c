/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * `drover payload --diff`: what a boot loader changes in a tree, each thing with its verdict.
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

#define SIZE 16384

static struct payload_tree trees[2];
static char *said;

#define LIVE trees[0].fdt.bytes
#define DISK trees[1].fdt.bytes

/* Makes the same small board of both trees. */
static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        void *fdt = alloc_array(SIZE, 1);
        trees[i] = (struct payload_tree){.fdt = {fdt, SIZE}};
        assert_int_equal(fdt_create_empty_tree(fdt, SIZE), 0);
        int clock = fdt_add_subnode(fdt, 0, "clock");
        assert_int_equal(fdt_setprop_u32(fdt, clock, "#clock-cells", 1), 0);
        assert_int_equal(fdt_setprop_u32(fdt, clock, "phandle", 1), 0);
        int other = fdt_add_subnode(fdt, 0, "other");
        assert_int_equal(fdt_setprop_u32(fdt, other, "#clock-cells", 1), 0);
        assert_int_equal(fdt_setprop_u32(fdt, other, "phandle", 2), 0);
        int device = fdt_add_subnode(fdt, 0, "eth@1000");
        assert_int_equal(fdt_setprop_string(fdt, device, "status", "okay"), 0);
        assert_int_equal(fdt_appendprop_u32(fdt, device, "clocks", 1), 0);
        assert_int_equal(fdt_appendprop_u32(fdt, device, "clocks", 7), 0);
        int memory = fdt_add_subnode(fdt, 0, "memory@0");
        assert_int_equal(fdt_setprop_u64(fdt, memory, "reg", 0x40000000), 0);
        assert_true(fdt_add_subnode(fdt, 0, "chosen") > 0);
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    payload_tree_free(&trees[0]);
    payload_tree_free(&trees[1]);
    free(said);
    said = NULL;
    return 0;
}

/* Compares; keeps what is said. Returns how many differences matter. */
static size_t diff(void)
{
    FILE *out = stdout;
    size_t size;
    free(said);
    stdout = open_memstream(&said, &size);
    size_t count = payload_diff(&trees[0], &trees[1]);
    fclose(stdout);
    stdout = out;
    return count;
}

static void expect(size_t matters, const char *text)
{
    size_t count = diff();
    if (count != matters || strstr(said, text) == NULL) {
        fail_msg("\"%s\": %zu matter, said: %s", text, count, said);
    }
}

static int node(void *fdt, const char *path)
{
    int offset = fdt_path_offset(fdt, path);
    assert_true(offset >= 0);
    return offset;
}

static void same(void **state)
{
    (void)state;
    expect(0, "the trees say the same");
}

static void memory(void **state)
{
    (void)state;
    assert_int_equal(fdt_setprop_u64(LIVE, node(LIVE, "/memory@0"), "reg", 0xf5800000), 0);
    expect(1, "matters: /memory@0: reg: live <0x0 0xf5800000>, on disk <0x0 0x40000000>: the "
              "board's real RAM");
    assert_non_null(strstr(said, "1 difference matters to a guest, 0 do not"));
}

static void chosen(void **state)
{
    (void)state;
    int chosen = node(LIVE, "/chosen");
    assert_int_equal(fdt_setprop_string(LIVE, chosen, "bootargs", "quiet"), 0);
    assert_int_equal(fdt_setprop_string(LIVE, 0, "serial-number", "123"), 0);
    expect(0, "harmless: /chosen: bootargs: live \"quiet\", on disk absent");
    assert_non_null(strstr(said, "harmless: /: serial-number: live \"123\""));
    assert_true(fdt_add_subnode(LIVE, node(LIVE, "/chosen"), "framebuffer@3f000000") > 0);
    expect(1, "matters: /chosen/framebuffer@3f000000: the node is only in the live tree: the "
              "display goes on reading that memory");
}

static void reserved(void **state)
{
    (void)state;
    assert_true(fdt_add_subnode(LIVE, 0, "reserved-memory") > 0);
    assert_int_equal(fdt_add_mem_rsv(LIVE, 0x5000000, 0x300000), 0);
    expect(2, "matters: /reserved-memory: the node is only in the live tree: memory that firmware");
    assert_non_null(
        strstr(said, "matters: memory reservation 0x5000000, 0x300000 bytes: only in the live"));
    assert_int_equal(fdt_add_mem_rsv(DISK, 0x5000000, 0x300000), 0);
    assert_int_equal(fdt_add_mem_rsv(DISK, 0x6000000, 0x1000), 0);
    expect(2, "0x6000000, 0x1000 bytes: only in the tree on disk");
    trees[0].live = true;
    expect(1, "note: memory reservations were not compared");
}

static void device(void **state)
{
    (void)state;
    int eth = node(LIVE, "/eth@1000");
    assert_int_equal(fdt_setprop(LIVE, eth, "local-mac-address", "\x02\0\0\0\0\1", 6), 0);
    assert_int_equal(fdt_setprop_string(LIVE, eth, "status", "disabled"), 0);
    assert_int_equal(fdt_setprop_u32(LIVE, eth, "clock-frequency", 24000000), 0);
    assert_int_equal(fdt_setprop_u32(LIVE, eth, "vendor,thing", 1), 0);
    assert_int_equal(fdt_setprop_empty(LIVE, eth, "bootph-all"), 0);
    expect(4, "matters: /eth@1000: local-mac-address: live [02 00 00 00 00 01], on disk absent: "
              "the guest would get another MAC address");
    assert_non_null(
        strstr(said, "matters: /eth@1000: status: live \"disabled\", on disk \"okay\""));
    assert_non_null(strstr(said, "the boot loader measured or set that clock"));
    assert_non_null(strstr(said, "vendor,thing: live <0x1>, on disk absent: a driver may read it"));
    assert_non_null(strstr(said, "harmless: /eth@1000: bootph-all: live (no value)"));
}

static void nodes(void **state)
{
    (void)state;
    int optee = fdt_add_subnode(LIVE, fdt_add_subnode(LIVE, 0, "firmware"), "optee");
    assert_int_equal(fdt_setprop_string(LIVE, optee, "method", "smc"), 0);
    assert_int_equal(fdt_del_node(LIVE, node(LIVE, "/eth@1000")), 0);
    assert_true(fdt_add_subnode(DISK, 0, "zz") > 0);
    expect(3, "matters: /firmware: the node is only in the live tree: a service of the firmware");
    assert_non_null(strstr(said, "/eth@1000: the node is only in the tree on disk"));
    assert_non_null(strstr(said, "/zz: the node is only in the tree on disk"));
    assert_non_null(strstr(said, "3 differences matter to a guest, 0 do not"));
}

/* The clock's number becomes 9, and the device's reference with it. */
static void renumbered(void **state)
{
    (void)state;
    assert_int_equal(fdt_setprop_inplace_u32(LIVE, node(LIVE, "/clock"), "phandle", 9), 0);
    assert_int_equal(fdt_setprop_inplace_namelen_partial(LIVE, node(LIVE, "/eth@1000"), "clocks", 6,
                                                         0, "\0\0\0\x09", 4),
                     0);
    expect(0, "harmless: phandles: 2 nodes and properties have other numbers");
    /* What follows the phandle counts as it is. */
    assert_int_equal(fdt_setprop_inplace_namelen_partial(LIVE, node(LIVE, "/eth@1000"), "clocks", 6,
                                                         4, "\0\0\0\x08", 4),
                     0);
    expect(1, "matters: /eth@1000: clocks: live <0x9 0x8>, on disk <0x1 0x7>");
}

/* The numbers are swapped: the same bytes name another clock. */
static void same_number_other_node(void **state)
{
    (void)state;
    assert_int_equal(fdt_setprop_inplace_u32(LIVE, node(LIVE, "/clock"), "phandle", 2), 0);
    assert_int_equal(fdt_setprop_inplace_u32(LIVE, node(LIVE, "/other"), "phandle", 1), 0);
    expect(1, "matters: /eth@1000: clocks: live <0x1 0x7>, on disk <0x1 0x7> (which differ in what "
              "they name");
}

/* What a vendor means is not known: other numbers have to name the same nodes. */
static void vendor_properties(void **state)
{
    (void)state;
    assert_int_equal(fdt_setprop_inplace_u32(LIVE, node(LIVE, "/clock"), "phandle", 9), 0);
    assert_int_equal(fdt_delprop(LIVE, node(LIVE, "/eth@1000"), "clocks"), 0);
    assert_int_equal(fdt_delprop(DISK, node(DISK, "/eth@1000"), "clocks"), 0);
    for (int i = 0; i < 2; i++) {
        void *fdt = trees[i].fdt.bytes;
        int eth = node(fdt, "/eth@1000");
        assert_int_equal(fdt_appendprop_u32(fdt, eth, "vendor,syscon", i == 0 ? 9 : 1), 0);
        assert_int_equal(fdt_appendprop_u32(fdt, eth, "vendor,syscon", 0x40), 0);
        eth = node(fdt, "/eth@1000");
        assert_int_equal(fdt_appendprop_u32(fdt, eth, "interrupt-map", i == 0 ? 9 : 1), 0);
        assert_int_equal(fdt_appendprop_u32(fdt, eth, "gpio-ranges", i == 0 ? 9 : 1), 0);
        for (uint32_t j = 0; j < 3; j++) { /* the numbers of pins are none of nodes */
            assert_int_equal(fdt_appendprop_u32(fdt, eth, "gpio-ranges", j), 0);
        }
    }
    expect(0, "harmless: phandles: 4 nodes and properties have other numbers");
    int eth = node(LIVE, "/eth@1000");
    assert_int_equal(fdt_setprop_u32(LIVE, eth, "plain", 9), 0);
    assert_int_equal(fdt_setprop_u32(DISK, node(DISK, "/eth@1000"), "plain", 1), 0);
    assert_int_equal(fdt_setprop_u64(LIVE, eth, "vendor,syscon", 0x900000041), 0);
    expect(2, "vendor,syscon: live <0x9 0x41>, on disk <0x1 0x40>: a driver may read it");
    assert_non_null(strstr(said, "plain: live <0x9>, on disk <0x1>: a driver may read it"));
}

static void references_to_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        void *fdt = trees[i].fdt.bytes;
        assert_int_equal(fdt_setprop_u32(fdt, node(fdt, "/eth@1000"), "phy-supply", 77), 0);
        assert_int_equal(fdt_setprop_u32(fdt, node(fdt, "/clock"), "#clock-cells", 0x40000000), 0);
    }
    expect(0, "the trees say the same");
    assert_int_equal(fdt_setprop_u32(LIVE, node(LIVE, "/eth@1000"), "phy-supply", 78), 0);
    expect(1, "phy-supply: live <0x4e>, on disk <0x4d>");
}

#define WITH_TREES(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TREES(same),
        WITH_TREES(memory),
        WITH_TREES(chosen),
        WITH_TREES(reserved),
        WITH_TREES(device),
        WITH_TREES(nodes),
        WITH_TREES(renumbered),
        WITH_TREES(same_number_other_node),
        WITH_TREES(vendor_properties),
        WITH_TREES(references_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
