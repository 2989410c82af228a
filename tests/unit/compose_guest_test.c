/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What a guest is shown and where it runs: memory, pages and their sizes, its tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfdt.h>

#include "compose_build.h"
#include "compose_request.h"
#include "diag_capture.h"
#include "tree_text.h"

#define MIB            (UINT64_C(1) << 20)
#define GIVE(vm, name) compose_build_ask(&built_request.vms[vm].give, name)
#define DEVICE_TEXT    "a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1000>; };"

static void check_cells(const char *path, const char *name, size_t count, const uint32_t *cells)
{
    int length = 0;
    const fdt32_t *value = guest_property(0, path, name, &length);
    assert_non_null(value);
    assert_int_equal(length, count * 4);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fdt32_ld(&value[i]), cells[i]);
    }
}

#define CHECK_CELLS(path, name, ...)                                                               \
    check_cells(path, name, sizeof((const uint32_t[]){__VA_ARGS__}) / 4,                           \
                (const uint32_t[]){__VA_ARGS__})

/* ---- Memory ---- */

static void ram_is_the_end_of_the_largest_hole(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT(DEVICE_TEXT "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;"
                               " fw@78000000 { reg = <0 0x78000000 0 0x8000000>; }; };"),
        NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    assert_int_equal(built.vms[0].ram.base, 0x78000000 - 64 * MIB);
    assert_int_equal(built.vms[0].ram.size, 64 * MIB);
    CHECK_CELLS("/memory@74000000", "reg", 0, 0x74000000, 0, 0x4000000);
    assert_int_equal(built.vms[0].kernel_gpa, 0x74000000);
    assert_int_equal(built.vms[0].initrd_gpa, 0x74400000);
    assert_int_equal(built.vms[0].dtb_gpa, 0x74600000);
}

/* A bus master whose DMA reaches the first 512 MiB of RAM gets a guest's RAM there. */
static void ram_is_where_dma_reaches(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>;"
                   " ranges; dma-ranges = <0 0 0 0x40000000 0 0x20000000>;"
                   " mmc@9000000 { reg = <0 0x9000000 0 0x1000>; compatible = \"test,mmc\"; }; };"),
        NULL);
    GIVE(0, "/bus/mmc@9000000");
    compose_build_run();
    /* The image goes to 0x50000000; the larger of the holes that are left is below it. */
    assert_int_equal(built_board.image_pa, 0x50000000);
    assert_int_equal(built.vms[0].ram.base, 0x50000000 - 64 * MIB);
    assert_int_equal(built.master_count, 1);
    assert_true(built.masters[0].is_certain);
}

/* "All of memory", as trees say it, is more than there is. */
static void dma_ranges_beyond_all_memory_are_no_limit(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>;"
                   " ranges; dma-ranges = <0 0 0 0 0x10000 0>;"
                   " mmc@9000000 { reg = <0 0x9000000 0 0x1000>; compatible = \"test,mmc\"; }; };"),
        NULL);
    GIVE(0, "/bus/mmc@9000000");
    compose_build_run();
    assert_int_equal(built.vms[0].ram.base, 0x80000000 - 64 * MIB);
}

static void dma_that_does_not_reach_ram_is_refused(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>;"
                   " ranges; dma-ranges = <0 0 0 0x10000000 0 0x1000000>;"
                   " mmc@9000000 { reg = <0 0x9000000 0 0x1000>; compatible = \"test,mmc\"; }; };"),
        NULL);
    GIVE(0, "/bus/mmc@9000000");
    compose_build_refused("no hole of 0x4000000 bytes is left in the board's RAM");
}

static void too_little_ram_is_refused(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(DEVICE_TEXT), NULL);
    GIVE(0, "/a@9000000");
    built_request.vms[0].ram_size = 2048 * MIB;
    compose_build_refused("VM \"linux\": no hole of 0x80000000 bytes is left");
}

static void a_payload_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(DEVICE_TEXT), NULL);
    GIVE(0, "/a@9000000");
    built_request.vms[0].ram_size = 6 * MIB;
    compose_build_refused("its RAM of 0x600000 bytes is too little: the kernel takes 0x400000, its "
                          "initial RAM disk 0x1388, its device tree 0x200000");
}

/* ---- Pages ---- */

static void large_pages_only_where_all_is_owned(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("big@101ff000 { compatible = \"test,big\"; reg = <0 0x101ff000 0 0x402000>; };"
                   "hole@11000000 { compatible = \"test,hole\"; reg = <0 0x11000000 0 0x1ff000>; "
                   "};"),
        NULL);
    GIVE(0, "/big@101ff000");
    GIVE(0, "/hole@11000000");
    compose_build_run();
    assert_int_equal(built.region_count, 4);
    assert_int_equal(built.regions[0].pages.base, 0x101ff000);
    assert_int_equal(built.regions[0].pages.size, 0x1000);
    assert_false(built.regions[0].is_large);
    assert_int_equal(built.regions[1].pages.base, 0x10200000);
    assert_int_equal(built.regions[1].pages.size, 0x400000);
    assert_true(built.regions[1].is_large);
    assert_int_equal(built.regions[2].pages.base, 0x10600000);
    assert_int_equal(built.regions[2].pages.size, 0x1000);
    assert_false(built.regions[3].is_large);
}

static void shared_pages_are_counted(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1800>; };"
                   "b@9001800 { compatible = \"test,b\"; reg = <0 0x9001800 0 0x800>; };"),
        NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    assert_int_equal(built.region_count, 1);
    assert_int_equal(built.regions[0].pages.size, 0x2000);
    assert_int_equal(built.regions[0].shared, 1);
    assert_int_equal(built.regions[0].orphans, 0);
}

static void like_the_seed_is_the_whole_bus(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("bus { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = <1>;"
                   " ranges = <0 0 0x10000000 0x100000>;"
                   " a@1000 { compatible = \"test,a\"; reg = <0x1000 0x1000>; }; };"),
        NULL);
    GIVE(0, "/bus/a@1000");
    built_request.vms[0].like_seed = true;
    compose_build_run();
    assert_int_equal(built.region_count, 1);
    assert_int_equal(built.regions[0].pages.base, 0x10000000);
    assert_int_equal(built.regions[0].pages.size, 2 * MIB);
    assert_true(built.regions[0].is_large);
    assert_int_equal(built.regions[0].orphans, 511);
}

static void a_pci_window_is_cut(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("pcie@9000000 { compatible = \"test,pcie\"; device_type = \"pci\";"
                   " #address-cells = <3>; #size-cells = <2>; reg = <0 0x9000000 0 0x1000>;"
                   " ranges = <0x43000000 0x80 0 0x80 0 0x10 0>; };"),
        NULL);
    GIVE(0, "/pcie@9000000");
    compose_build_run();
    CHECK_CELLS("/pcie@9000000", "ranges", 0x43000000, 0x80, 0, 0x80, 0, 1, 0);
    assert_int_equal(built.page_count, 2);
    assert_int_equal(built.pages[1].pages.base, UINT64_C(0x8000000000));
    assert_int_equal(built.pages[1].pages.size, COMPOSE_WINDOW_MAX);
}

/* ---- The tree ---- */

static void a_gicv2_has_what_a_guest_has(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(DEVICE_TEXT), NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    CHECK_CELLS("/gic@8000000", "reg", 0, 0x8000000, 0, 0x1000, 0, 0x8010000, 0, 0x2000);
    assert_null(guest_property(0, "/gic@8000000", "interrupts", NULL));
    assert_int_equal(fdt_path_offset(built.vms[0].tree, "/gic@8000000/frame@8050000"),
                     -FDT_ERR_NOTFOUND);
}

static void a_gicv3_keeps_its_redistributors(void **state)
{
    (void)state;
    compose_build_board(
        "/ { #address-cells = <2>; #size-cells = <2>; interrupt-parent = <&gic>;"
        "memory@40000000 { device_type = \"memory\"; reg = <0 0x40000000 0 0x40000000>; };"
        "gic: gic@8000000 { compatible = \"arm,gic-v3\"; interrupt-controller;"
        " #interrupt-cells = <3>; #address-cells = <2>; #size-cells = <2>; ranges; mbi-ranges = "
        "<1>;"
        " #redistributor-regions = <2>; reg = <0 0x8000000 0 0x10000>, <0 0x80a0000 0 0x20000>,"
        " <0 0x8100000 0 0x20000>, <0 0x8200000 0 0x2000>;"
        " its@8080000 { compatible = \"arm,gic-v3-its\"; reg = <0 0x8080000 0 0x20000>; }; "
        "};" DEVICE_TEXT "};",
        NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    CHECK_CELLS("/gic@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x20000, 0,
                0x8100000, 0, 0x20000);
    assert_null(guest_property(0, "/gic@8000000", "mbi-ranges", NULL));
    assert_int_equal(fdt_path_offset(built.vms[0].tree, "/gic@8000000/its@8080000"),
                     -FDT_ERR_NOTFOUND);
}

static void thermal_zones_follow_their_sensors(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("s1: s@9000000 { compatible = \"test,s\"; reg = <0 0x9000000 0 0x1000>;"
                   " #thermal-sensor-cells = <0>; };"
                   "s2: s@9001000 { compatible = \"test,s\"; reg = <0 0x9001000 0 0x1000>;"
                   " #thermal-sensor-cells = <0>; };"
                   "thermal-zones { one { thermal-sensors = <&s1>; cooling-maps { }; };"
                   " two { thermal-sensors = <&s2>; }; };"),
        NULL);
    GIVE(0, "/s@9000000");
    compose_build_run();
    assert_true(fdt_path_offset(built.vms[0].tree, "/thermal-zones/one") >= 0);
    assert_true(fdt_path_offset(built.vms[0].tree, "/thermal-zones/one/cooling-maps") < 0);
    assert_true(fdt_path_offset(built.vms[0].tree, "/thermal-zones/two") < 0);
}

static void reserved_memory_is_the_guest_s_own(void **state)
{
    (void)state;
    int length;
    compose_build_board(
        BOARD_TEXT("a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1000>;"
                   " memory-region = <&fixed>; };"
                   "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;"
                   " fixed: fixed@78000000 { reg = <0 0x78000000 0 0x100000>; };"
                   " cma { compatible = \"shared-dma-pool\"; size = <0 0x20000000>;"
                   " alloc-ranges = <0 0 0 0x40000000>; linux,cma-default; }; };"),
        NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    assert_true(fdt_path_offset(built.vms[0].tree, "/reserved-memory/fixed@78000000") < 0);
    assert_null(guest_property(0, "/a@9000000", "memory-region", &length));
    assert_null(guest_property(0, "/reserved-memory/cma", "alloc-ranges", &length));
    CHECK_CELLS("/reserved-memory/cma", "size", 0, 0x1000000);
}

static void the_guest_has_its_own_cpus_and_firmware(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(DEVICE_TEXT
                                   "cpus { #address-cells = <2>; #size-cells = <0>; cpu@100 {"
                                   " device_type = \"cpu\"; compatible = \"arm,cortex-a53\";"
                                   " reg = <0 0x100>; }; };"
                                   "chosen { bootargs = \"board\"; };"),
                        NULL);
    GIVE(0, "/a@9000000");
    built_request.vms[0].vcpu_count = 2;
    built_request.vms[0].bootargs = "quiet";
    compose_build_run();
    CHECK_CELLS("/cpus/cpu@0", "reg", 0);
    CHECK_CELLS("/cpus/cpu@1", "reg", 1);
    assert_string_equal(guest_property(0, "/cpus/cpu@1", "compatible", NULL), "arm,cortex-a53");
    assert_true(fdt_path_offset(built.vms[0].tree, "/cpus/cpu@100") < 0);
    assert_string_equal(guest_property(0, "/chosen", "bootargs", NULL), "quiet");
    assert_string_equal(guest_property(0, "/psci", "method", NULL), "smc");
    CHECK_CELLS("/chosen", "linux,initrd-start", 0, (uint32_t)built.vms[0].initrd_gpa);
    CHECK_CELLS("/chosen", "linux,initrd-end", 0, (uint32_t)built.vms[0].initrd_gpa + 5000);
}

/* What is no device, but has registers, is not left for the guest either. */
static void registers_of_nobody_are_disabled(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(DEVICE_TEXT
                                   "bus { compatible = \"simple-bus\"; #address-cells = <2>;"
                                   " #size-cells = <2>; ranges;"
                                   " x@9100000 { reg = <0 0x9100000 0 0x1000>; }; };"),
                        NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    assert_false(guest_enabled(0, "/bus/x@9100000"));
    assert_true(guest_enabled(0, "/bus"));
}

/* ---- --vms ---- */

static bool read_vms(struct request_reader *reader, const char *text)
{
    char path[] = "/tmp/compose_vms_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    diag_capture_reset();
    request_open(reader);
    bool read = request_file(reader, path) && request_finish(reader);
    unlink(path);
    return read;
}

static void vms_come_from_a_file(void **state)
{
    (void)state;
    struct request_reader reader;
    assert_true(read_vms(&reader,
                         "{\"vms\": [{\"name\": \"disk\", \"give\": [\"/a\"], \"ram\": \"128M\","
                         " \"vcpus\": 2, \"payload\": \"P\", \"like_seed\": true},"
                         " {\"name\": \"net\", \"give\": [\"all\"], \"take\": [\"/a\"],"
                         " \"freeze\": [\"/c\", \"/d\"]}]}"));
    assert_int_equal(reader.request.vm_count, 2);
    const struct vm_request *disk = &reader.request.vms[0], *net = &reader.request.vms[1];
    assert_string_equal(disk->name, "disk");
    assert_string_equal(disk->give.entries[0], "/a");
    assert_int_equal(disk->ram_size, 128 * MIB);
    assert_int_equal(disk->vcpu_count, 2);
    assert_true(disk->like_seed);
    assert_true(net->gives_all);
    assert_string_equal(net->freeze.entries[1], "/d");
    assert_string_equal(net->payload, "P");
    request_close(&reader);
}

static void wrong_files_of_vms(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[]", "not JSON of the form {\"vms\": [...]}"},
        {"{\"vms\": [{}]}", "\"vms\": a list of objects, each with a \"name\", is expected"},
        {"{\"vms\": [{\"name\": \"a b\"}]}", "--vm a b: letters, digits"},
        {"{\"vms\": [{\"name\": \"a\", \"give\": \"/a\"}]}", "\"give\": a list of strings"},
        {"{\"vms\": [{\"name\": \"a\", \"ram\": \"3\", \"give\": [\"/a\"]}]}",
         "--ram 3: a multiple"},
        {"{\"vms\": [{\"name\": \"a\", \"vcpus\": 99}]}", "--vcpus 99"},
        {"{\"vms\": [{\"name\": \"a\", \"colour\": 1}]}", "unknown key \"colour\" of a VM"},
        {"{\"vms\": [{\"name\": \"a\"}]}", "VM \"a\" is given nothing"},
        {"{\"vms\": [{\"name\": \"a\", \"give\": [\"/a\"]}, {\"name\": \"a\"}]}",
         "there is a VM of this name"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct request_reader reader;
        assert_false(read_vms(&reader, wrong[i].text));
        if (!diag_captured_error(wrong[i].message)) {
            fail_msg("expected \"%s\", got: %s", wrong[i].message, diag_captured());
        }
        request_close(&reader);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, compose_build_free)
    const struct CMUnitTest tests[] = {
        TEST(ram_is_the_end_of_the_largest_hole),
        TEST(ram_is_where_dma_reaches),
        TEST(dma_ranges_beyond_all_memory_are_no_limit),
        TEST(dma_that_does_not_reach_ram_is_refused),
        TEST(too_little_ram_is_refused),
        TEST(a_payload_that_does_not_fit_is_refused),
        TEST(large_pages_only_where_all_is_owned),
        TEST(shared_pages_are_counted),
        TEST(like_the_seed_is_the_whole_bus),
        TEST(a_pci_window_is_cut),
        TEST(a_gicv2_has_what_a_guest_has),
        TEST(a_gicv3_keeps_its_redistributors),
        TEST(thermal_zones_follow_their_sensors),
        TEST(reserved_memory_is_the_guest_s_own),
        TEST(the_guest_has_its_own_cpus_and_firmware),
        TEST(registers_of_nobody_are_disabled),
        cmocka_unit_test(vms_come_from_a_file),
        cmocka_unit_test(wrong_files_of_vms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
