/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * References between nodes, and what sort of thing a node is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "devclass.h"
#include "tree_text.h"

static struct devtree devtree;
static struct devrefs refs;

static int tear_down(void **state)
{
    (void)state;
    free(refs.entries);
    refs = (struct devrefs){0};
    devtree_close(&devtree);
    return 0;
}

static void list(const char *path)
{
    free(refs.entries);
    devnode_refs(&devtree, tree_text_node(&devtree, path), &refs);
}

static void check(size_t index, const char *property, const char *target, enum ref_kind kind,
                  size_t cells)
{
    assert_true(index < refs.count);
    const struct devref *ref = &refs.entries[index];
    assert_null(ref->problem);
    assert_string_equal(ref->property, property);
    assert_int_equal(ref->target, tree_text_node(&devtree, target));
    assert_int_equal(ref->kind, kind);
    assert_int_equal(ref->specifier_cells, cells);
}

static void check_problem(const char *path, const char *problem)
{
    list(path);
    assert_int_equal(refs.count, 1);
    assert_non_null(refs.entries[0].problem);
    assert_non_null(strstr(refs.entries[0].problem, problem));
}

#define CLOCKS                                                                                     \
    "clk: clk { #clock-cells = <1>; }; fixed: fixed { #clock-cells = <0>; };"                      \
    "rst: rst { #reset-cells = <1>; }; gpio: gpio { #gpio-cells = <2>; }; reg: reg { };"

static void references_are_listed(void **state)
{
    (void)state;
    tree_text_open(&devtree,
                   "/ { " CLOCKS "d { clocks = <&clk 5>, <0>, <&fixed>; resets = <&rst 1>;"
                   "reset-gpios = <&gpio 3 1>; vmmc-supply = <&reg>; nr-gpios = <1>;"
                   "pinctrl-0 = <&reg &fixed>; memory-region = <&reg>; iommus = <&smmu 1>;"
                   "maker,syscon = <&reg 4 5 6>; clock-names = \"a\"; };"
                   "smmu: smmu { #iommu-cells = <1>; }; };");
    list("/d");
    check(0, "clocks", "/clk", REF_NEEDED, 1);
    check(1, "clocks", "/fixed", REF_NEEDED, 0);
    assert_int_equal(refs.entries[1].index, 2);
    check(2, "resets", "/rst", REF_NEEDED, 1);
    check(3, "reset-gpios", "/gpio", REF_NEEDED, 2);
    check(4, "vmmc-supply", "/reg", REF_NEEDED, 0);
    check(5, "pinctrl-0", "/reg", REF_NEEDED, 0);
    check(6, "pinctrl-0", "/fixed", REF_NEEDED, 0);
    check(7, "memory-region", "/reg", REF_MEMORY, 0);
    check(8, "iommus", "/smmu", REF_IOMMU, 1);
    check(9, "maker,syscon", "/reg", REF_NEEDED, 3);
    assert_int_equal(refs.count, 10);
}

static void references_that_lead_nowhere_are_problems(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { " CLOCKS "dangling { clocks = <77>; };"
                             "mute { clocks = <&reg>; }; short { clocks = <&clk>; };"
                             "torn { clocks = [00 00 00 01 02]; };"
                             "number { maker,syscon = <77>; panel = [01 02]; }; };");
    check_problem("/dangling", "a node that there is not");
    check_problem("/mute", "does not say how many cells");
    check_problem("/short", "in the middle");
    check_problem("/torn", "whole number of cells");
    list("/number"); /* names that are used for numbers as well */
    assert_int_equal(refs.count, 0);
}

static struct devclass class_of(const char *path)
{
    return devclass_of(&devtree, tree_text_node(&devtree, path));
}

static void keepers_are_told(void **state)
{
    (void)state;
    tree_text_open(
        &devtree, "/ { #address-cells = <1>; #size-cells = <1>;"
                  "cpus { cpu@0 { compatible = \"arm,cortex-a53\"; }; };"
                  "memory@0 { device_type = \"memory\"; reg = <0 0x1000>; };"
                  "chosen { framebuffer@9 { compatible = \"simple-framebuffer\"; reg = <9 1>; }; };"
                  "reserved-memory { pool { }; }; firmware { x { compatible = \"y\"; }; };"
                  "psci { compatible = \"arm,psci-1.0\"; };"
                  "timer { compatible = \"arm,armv8-timer\"; };"
                  "pmu { compatible = \"arm,cortex-a53-pmu\"; };"
                  "ic@1 { compatible = \"arm,gic-v3\"; reg = <1 1>; its@2 { reg = <2 1>; }; };"
                  "smmu@3 { compatible = \"arm,smmu-v3\"; reg = <3 1>; };"
                  "serial@4 { compatible = \"x,uart\"; reg = <4 1>; }; };");
    assert_int_equal(class_of("/cpus/cpu@0").keeper, KEEPER_CPU);
    assert_int_equal(class_of("/memory@0").keeper, KEEPER_MEMORY);
    assert_int_equal(class_of("/reserved-memory/pool").keeper, KEEPER_MEMORY);
    assert_int_equal(class_of("/chosen/framebuffer@9").keeper, KEEPER_MEMORY);
    assert_int_equal(class_of("/firmware/x").keeper, KEEPER_FIRMWARE);
    assert_int_equal(class_of("/psci").keeper, KEEPER_FIRMWARE);
    assert_int_equal(class_of("/timer").keeper, KEEPER_KERNEL);
    assert_int_equal(class_of("/pmu").keeper, KEEPER_CPU);
    assert_int_equal(class_of("/ic@1").keeper, KEEPER_KERNEL);
    assert_int_equal(class_of("/ic@1/its@2").keeper, KEEPER_KERNEL);
    assert_int_equal(class_of("/smmu@3").keeper, KEEPER_KERNEL);
    assert_int_equal(class_of("/serial@4").keeper, KEEPER_NONE);
}

static void masters_and_powers_are_told(void **state)
{
    (void)state;
    tree_text_open(&devtree,
                   "/ { #address-cells = <1>; #size-cells = <1>;"
                   "mmc@1 { compatible = \"x,mmc\"; reg = <1 1>; };"
                   "mmc-pins { compatible = \"x,pins\"; };"
                   "serial@2 { compatible = \"x,uart\"; reg = <2 1>; };"
                   "odd@3 { compatible = \"x,odd\"; reg = <3 1>; };"
                   "coherent@4 { compatible = \"x,odd\"; reg = <4 1>; dma-coherent; };"
                   "ethernet-phy { compatible = \"x,phy\"; };"
                   "clock-controller@5 { compatible = \"x,clk\"; reg = <5 1>; };"
                   "watchdog@6 { compatible = \"x,wdt\"; reg = <6 1>; };"
                   "bus@7 { compatible = \"simple-bus\"; reg = <7 1>; ranges; }; parts { }; };");
    assert_int_equal(class_of("/mmc@1").master, MASTER_YES);
    assert_int_equal(class_of("/mmc-pins").master, MASTER_NO);
    assert_int_equal(class_of("/serial@2").master, MASTER_NO);
    assert_int_equal(class_of("/odd@3").master, MASTER_MAYBE);
    assert_int_equal(class_of("/coherent@4").master, MASTER_YES);
    assert_int_equal(class_of("/ethernet-phy").master, MASTER_NO);
    assert_non_null(class_of("/clock-controller@5").power);
    assert_non_null(class_of("/watchdog@6").power);
    assert_null(class_of("/serial@2").power);
    assert_true(devclass_is_device(&devtree, tree_text_node(&devtree, "/mmc@1")));
    assert_false(devclass_is_device(&devtree, tree_text_node(&devtree, "/bus@7")));
    assert_false(devclass_is_device(&devtree, tree_text_node(&devtree, "/parts")));
    assert_false(devclass_is_device(&devtree, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(references_are_listed, tear_down),
        cmocka_unit_test_teardown(references_that_lead_nowhere_are_problems, tear_down),
        cmocka_unit_test_teardown(keepers_are_told, tear_down),
        cmocka_unit_test_teardown(masters_and_powers_are_told, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
