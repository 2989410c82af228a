/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts of device-tree nodes, up the interrupt tree to the GIC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tree_text.h"

#define GIC                                                                                        \
    "#address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;"                          \
    "gic: gic { compatible = \"arm,gic-400\"; interrupt-controller; #interrupt-cells = <3>; "      \
    "#address-cells = <0>; };"

static struct devtree devtree;
static struct devirqs irqs;

static int tear_down(void **state)
{
    (void)state;
    free(irqs.entries);
    irqs = (struct devirqs){0};
    devtree_close(&devtree);
    return 0;
}

static void list(const char *path)
{
    free(irqs.entries);
    devnode_irqs(&devtree, tree_text_node(&devtree, path), &irqs);
}

static void check(size_t index, const char *property, uint32_t intid, enum trigger trigger)
{
    assert_true(index < irqs.count);
    const struct devirq *irq = &irqs.entries[index];
    if (irq->problem != NULL) {
        fail_msg("%s", irq->problem);
    }
    assert_string_equal(irq->property, property);
    assert_true(irq->is_gic);
    assert_int_equal(irq->intid, intid);
    assert_int_equal(irq->trigger, trigger);
}

static void check_problem(const char *path, const char *problem)
{
    list(path);
    assert_int_equal(irqs.count, 1);
    assert_non_null(irqs.entries[0].problem);
    if (strstr(irqs.entries[0].problem, problem) == NULL) {
        fail_msg("%s", irqs.entries[0].problem);
    }
}

static void numbers_and_triggers_are_the_gic_s(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { " GIC "d { interrupts = <0 64 4>, <0 0 1>, <1 13 0xf08>,"
                             "<0 5 0>, <0 64 4>, <0 987 2>; }; none { }; };");
    list("/d");
    assert_int_equal(irqs.count, 5); /* the one that is there twice counts once */
    check(0, "interrupts", 96, TRIGGER_LEVEL);
    check(1, "interrupts", 32, TRIGGER_EDGE);
    check(2, "interrupts", 29, TRIGGER_LEVEL);
    check(3, "interrupts", 37, TRIGGER_UNKNOWN);
    check(4, "interrupts", 1019, TRIGGER_EDGE);
    assert_int_equal(irqs.entries[4].index, 5);
    list("/none");
    assert_int_equal(irqs.count, 0);
}

static void numbers_that_no_gic_has_are_problems(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { " GIC "spi { interrupts = <0 988 4>; };"
                             "ppi { interrupts = <1 16 4>; }; espi { interrupts = <2 1 4>; };"
                             "torn { interrupts = <0 1>; }; empty { interrupts; };"
                             "bytes { interrupts = [00 01 02 03 04]; }; };");
    check_problem("/spi", "a number that the GIC does not have");
    check_problem("/ppi", "a number that the GIC does not have");
    check_problem("/espi", "extended range");
    check_problem("/torn", "not a whole number");
    check_problem("/bytes", "not a whole number");
    list("/empty");
    assert_int_equal(irqs.count, 0);
}

/* Two controllers: what is raised at the one between is its own business, and has two cells. */
static void controllers_between_keep_theirs(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " GIC "pins: pins { interrupt-controller; #interrupt-cells = <2>;"
        "interrupts = <0 7 4>; };"
        "inner: inner { interrupt-controller; #interrupt-cells = <1>;"
        "interrupt-parent = <&pins>; interrupts = <3 4>; };"
        "phy { interrupt-parent = <&pins>; interrupts = <26 8>; };"
        "below { interrupt-parent = <&inner>; sub { interrupts = <1>; }; };"
        "both { interrupts-extended = <&pins 4 1>, <0>, <&gic 0 9 1>; interrupts = <0 1 1>; }; };");
    list("/phy");
    assert_int_equal(irqs.count, 1);
    assert_false(irqs.entries[0].is_gic);
    assert_null(irqs.entries[0].problem);
    assert_int_equal(irqs.entries[0].controller, tree_text_node(&devtree, "/pins"));
    list("/below/sub");
    assert_int_equal(irqs.entries[0].controller, tree_text_node(&devtree, "/inner"));
    list("/pins");
    check(0, "interrupts", 39, TRIGGER_LEVEL);
    list("/both"); /* `interrupts` does not count then */
    assert_int_equal(irqs.count, 2);
    assert_int_equal(irqs.entries[0].controller, tree_text_node(&devtree, "/pins"));
    check(1, "interrupts-extended", 41, TRIGGER_EDGE);
    assert_int_equal(irqs.entries[1].index, 2);
}

/* Controllers that only wake the system hand on the GIC's own specifiers. */
static void stacked_controllers_hand_on(void **state)
{
    (void)state;
    tree_text_open(&devtree,
                   "/ { " GIC "gpc: gpc { compatible = \"fsl,imx8mq-gpc\"; interrupt-controller;"
                   "#interrupt-cells = <3>; };"
                   "d { interrupt-parent = <&gpc>; interrupts = <0 20 4>; };"
                   "e { interrupts = <0 20 4>; };"
                   "lost: lost { compatible = \"nvidia,tegra210-ictlr\"; #interrupt-cells = <3>;"
                   "interrupt-parent = <77>; };"
                   "f { interrupt-parent = <&lost>; interrupts = <0 20 4>; };"
                   "round: round { compatible = \"nvidia,tegra210-ictlr\"; #interrupt-cells = <3>;"
                   "interrupt-parent = <&round>; };"
                   "g { interrupt-parent = <&round>; interrupts = <0 20 4>; }; };");
    list("/d");
    assert_int_equal(irqs.count, 1);
    check(0, "interrupts", 52, TRIGGER_LEVEL);
    assert_int_equal(irqs.entries[0].controller, tree_text_node(&devtree, "/gic"));
    assert_int_equal(irqs.entries[0].through, tree_text_node(&devtree, "/gpc"));
    list("/e");
    assert_int_equal(irqs.entries[0].through, NODE_NONE);
    check_problem("/f", "has no interrupt parent");
    check_problem("/g", "go round in a circle");
}

static void parents_that_are_missing_are_problems(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { #address-cells = <1>; #size-cells = <1>;"
                             "orphan { interrupts = <0 1 4>; };"
                             "lost { interrupt-parent = <77>; interrupts = <0 1 4>; };"
                             "self: self { interrupt-parent = <&self>; interrupts = <0 1 4>; };"
                             "gone { interrupts-extended = <77 0 1 4>; };"
                             "mute: mute { }; silent { interrupts-extended = <&mute 1>; };"
                             "gic: g { compatible = \"arm,gic-v3\"; #interrupt-cells = <3>; };"
                             "short { interrupts-extended = <&gic 0 1>; };"
                             "few: few { compatible = \"arm,gic-400\"; #interrupt-cells = <2>; };"
                             "two { interrupts-extended = <&few 0 1>; }; };");
    check_problem("/orphan", "no interrupt parent");
    check_problem("/lost", "no interrupt parent");
    check_problem("/self", "no interrupt parent");
    check_problem("/gone", "refers to a node that there is not");
    check_problem("/silent", "ends in the middle");
    check_problem("/short", "ends in the middle");
    check_problem("/two", "less than 3");
}

static void maps_translate_what_the_mask_leaves(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " GIC "nexus: nexus { #interrupt-cells = <1>; #address-cells = <1>;"
        "#size-cells = <1>; interrupt-map-mask = <0xf000 7>;"
        "interrupt-map = <0x1000 1 &gic 0 10 4>, <0x1000 2 &gic 0 11 1>, <0x2000 1 &gic 0 12 4>;"
        "a@1234 { reg = <0x1234 0x10>; interrupts = <1>, <0xa>; interrupt-parent = <&nexus>; };"
        "b@2000 { reg = <0x2000 0x10>; interrupts = <1>; interrupt-parent = <&nexus>; };"
        "c@3000 { reg = <0x3000 0x10>; interrupts = <1>; interrupt-parent = <&nexus>; };"
        "d { interrupts = <1>; interrupt-parent = <&nexus>; }; }; };");
    list("/nexus/a@1234");
    assert_int_equal(irqs.count, 2);
    check(0, "interrupts", 42, TRIGGER_LEVEL);
    check(1, "interrupts", 43, TRIGGER_EDGE);
    list("/nexus/b@2000");
    check(0, "interrupts", 44, TRIGGER_LEVEL);
    check_problem("/nexus/c@3000", "no entry of the \"interrupt-map\"");
    check_problem("/nexus/d", "no entry of the \"interrupt-map\"");
}

static void a_bridge_raises_what_its_map_leads_to(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " GIC "pcie { device_type = \"pci\"; #address-cells = <3>; #size-cells = <2>;"
        "ranges = <0x2000000 0 0x1000 0x1000 0 0x1000>; #interrupt-cells = <1>;"
        "interrupt-map = <0 0 0 1 &gic 0 3 4>, <0 0 0 2 &gic 0 4 4>, <0x800 0 0 1 &gic 0 3 4>;"
        "}; };");
    list("/pcie");
    assert_int_equal(irqs.count, 2);
    check(0, "interrupt-map", 35, TRIGGER_LEVEL);
    check(1, "interrupt-map", 36, TRIGGER_LEVEL);
}

static void circles_end(void **state)
{
    (void)state;
    tree_text_open(&devtree, "/ { #address-cells = <1>; #size-cells = <1>;"
                             "one: one { #interrupt-cells = <1>; #address-cells = <0>;"
                             "interrupt-map = <1 &two 1>; };"
                             "two: two { #interrupt-cells = <1>; #address-cells = <0>;"
                             "interrupt-map = <1 &one 1>; };"
                             "d { interrupt-parent = <&one>; interrupts = <1>; };"
                             "x: x { interrupt-parent = <&y>; }; y: y { interrupt-parent = <&x>; };"
                             "e { interrupt-parent = <&x>; interrupts = <1>; }; };");
    check_problem("/d", "go round in a circle");
    check_problem("/e", "no interrupt parent");
}

static void makers_lines_count(void **state)
{
    (void)state;
    tree_text_open(
        &devtree,
        "/ { " GIC "pins { amlogic,channel-interrupts = <64 65 64>; };"
        "pdc { qcom,pdc-ranges = <0 480 2>, <2 986 5>; };"
        "icu { marvell,spi-ranges = <10 2>; };"
        "flood { marvell,spi-ranges = <0 900>, <0 900>, <0 900>, <0xffffffff 0xffffffff>; }; };");
    list("/pins");
    assert_int_equal(irqs.count, 2);
    check(0, "amlogic,channel-interrupts", 96, TRIGGER_EDGE);
    check(1, "amlogic,channel-interrupts", 97, TRIGGER_EDGE);
    list("/pdc");
    assert_int_equal(irqs.count, 5);
    check(1, "qcom,pdc-ranges", 513, TRIGGER_LEVEL);
    check(3, "qcom,pdc-ranges", 1019, TRIGGER_LEVEL);
    assert_non_null(irqs.entries[4].problem);
    list("/icu");
    check(1, "marvell,spi-ranges", 43, TRIGGER_LEVEL);
    list("/flood");
    assert_int_equal(irqs.count, 901);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(numbers_and_triggers_are_the_gic_s, tear_down),
        cmocka_unit_test_teardown(numbers_that_no_gic_has_are_problems, tear_down),
        cmocka_unit_test_teardown(controllers_between_keep_theirs, tear_down),
        cmocka_unit_test_teardown(stacked_controllers_hand_on, tear_down),
        cmocka_unit_test_teardown(parents_that_are_missing_are_problems, tear_down),
        cmocka_unit_test_teardown(maps_translate_what_the_mask_leaves, tear_down),
        cmocka_unit_test_teardown(a_bridge_raises_what_its_map_leads_to, tear_down),
        cmocka_unit_test_teardown(circles_end, tear_down),
        cmocka_unit_test_teardown(makers_lines_count, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
