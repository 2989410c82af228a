/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who gets what: needs and their reasons, two owners, what is frozen or taken out, what is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "compose_build.h"
#include "diag_capture.h"
#include "tree_text.h"

#define GIVE(vm, name)   compose_build_ask(&built_request.vms[vm].give, name)
#define FREEZE(vm, name) compose_build_ask(&built_request.vms[vm].freeze, name)
#define TAKE(vm, name)   compose_build_ask(&built_request.vms[vm].take, name)

static void a_device_gets_what_it_needs(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>;"
                   " ranges; " CLOCK_TEXT UART_TEXT
                   " other@9200000 { compatible = \"test,other\"; reg = <0 0x9200000 0 0x1000>; };"
                   "};"),
        NULL);
    GIVE(0, "/bus/serial@9000000");
    compose_build_run();
    check_granted(0, "/bus/serial@9000000", "given");
    check_granted(0, "/bus", "because /bus/serial@9000000 is below it");
    check_granted(0, "/bus/clock-controller@9100000",
                  "because /bus/serial@9000000 names it in \"clocks\"");
    check_not_granted(0, "/bus/other@9200000");
    assert_int_equal(built.page_count, 2);
    assert_int_equal(built.region_count, 2);
    assert_int_equal(built.irq_count, 1);
    assert_int_equal(built.irqs[0].intid, 33);
    assert_int_equal(built.irqs[0].trigger, TRIGGER_LEVEL);
    assert_true(guest_enabled(0, "/bus/serial@9000000"));
    assert_false(guest_enabled(0, "/bus/other@9200000"));
}

/* The reason of a need of a need leads back to what was asked for. */
static void reasons_lead_back(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT(UART_TEXT "clk: clk@9100000 { compatible = \"test,clk\"; #clock-cells = <1>;"
                             " reg = <0 0x9100000 0 0x1000>; power-domains = <&power>; };"
                             "power: power { compatible = \"test,power\";"
                             " #power-domain-cells = <0>; };"),
        NULL);
    GIVE(0, "test,uart");
    compose_build_run();
    check_granted(0, "/power",
                  "because /clk@9100000 names it in \"power-domains\", for /serial@9000000");
}

static void parts_come_along_and_devices_below_do_not(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("mfd: mfd@9100000 { compatible = \"test,mfd\"; reg = <0 0x9100000 0 0x1000>;"
                   " part: part { #clock-cells = <0>; };"
                   " device { compatible = \"test,below\"; };"
                   " off { status = \"disabled\"; }; };"
                   "user { compatible = \"test,user\"; clocks = <&part>; };"),
        NULL);
    GIVE(0, "/user");
    compose_build_run();
    check_granted(0, "/mfd@9100000", "because /user names it in \"clocks\"");
    check_granted(0, "/mfd@9100000/part", "part of /mfd@9100000, for /user");
    check_not_granted(0, "/mfd@9100000/device");
    check_not_granted(0, "/mfd@9100000/off");
    compose_build_free(NULL);
    compose_build_board(
        BOARD_TEXT("mfd@9100000 { compatible = \"test,mfd\"; reg = <0 0x9100000 0 0x1000>;"
                   " device { compatible = \"test,below\"; }; };"),
        NULL);
    GIVE(0, "/mfd@9100000");
    compose_build_run();
    check_granted(0, "/mfd@9100000/device", "part of /mfd@9100000");
}

static void a_page_has_one_owner(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x100>; };"
                   "b@9000800 { compatible = \"test,b\"; reg = <0 0x9000800 0 0x100>; };"),
        NULL);
    compose_build_vm("other");
    GIVE(0, "/a@9000000");
    GIVE(1, "/b@9000800");
    compose_build_refused("the page at PA 0x9000000 would have two owners: VM \"linux\" for "
                          "/a@9000000 (given), VM \"other\" for /b@9000800 (given); give all of it "
                          "to one VM");
}

static void an_interrupt_has_one_owner(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT("a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 "
                                   "0x1000>; interrupts = <0 7 1>; };"
                                   "b@9001000 { compatible = \"test,b\"; reg = <0 0x9001000 0 "
                                   "0x1000>; interrupts = <0 7 1>; };"),
                        NULL);
    compose_build_vm("other");
    GIVE(0, "/a@9000000");
    GIVE(1, "/b@9001000");
    compose_build_refused("interrupt 39 (SPI 7) would have two owners: VM \"linux\" for "
                          "/a@9000000 (given), VM \"other\" for /b@9001000 (given); give all of it "
                          "to one VM");
}

/* Registers that are part of no device are their own node's. */
static void registers_of_no_device_have_one_owner(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT("a@9000000 { reg = <0 0x9000000 0 0x100>; };"
                                   "b@9000800 { reg = <0 0x9000800 0 0x100>; };"),
                        NULL);
    compose_build_vm("other");
    GIVE(0, "/a@9000000");
    GIVE(1, "/b@9000800");
    compose_build_refused("the page at PA 0x9000000 would have two owners: VM \"linux\" for "
                          "/a@9000000 (given), VM \"other\" for /b@9000800 (given); give all of it "
                          "to one VM");
}

static void several_vms_are_apart(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT("a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 "
                                   "0x1000>; interrupts = <0 7 1>; };"
                                   "b@9001000 { compatible = \"test,b\"; reg = <0 0x9001000 0 "
                                   "0x1000>; interrupts = <0 8 4>; };"),
                        NULL);
    compose_build_vm("other");
    GIVE(0, "/a@9000000");
    GIVE(1, "/b@9001000");
    compose_build_run();
    check_not_granted(0, "/b@9001000");
    check_not_granted(1, "/a@9000000");
    assert_int_equal(built.irqs[0].vm, 0);
    assert_int_equal(built.irqs[0].trigger, TRIGGER_EDGE);
    assert_int_equal(built.irqs[1].vm, 1);
    assert_false(range_overlaps(&built.vms[0].ram, built.vms[1].ram.base, built.vms[1].ram.size));
    assert_false(guest_enabled(0, "/b@9001000"));
    assert_true(guest_enabled(1, "/b@9001000"));
    assert_false(compose_off_is_machine_off(&built));
}

static void a_frozen_clock_has_a_rate(void **state)
{
    (void)state;
    int length;
    compose_build_board(BOARD_TEXT(CLOCK_TEXT UART_TEXT),
                        "{\"clock_rates\": {\"/clock-controller@9100000\": {\"3\": 24000000}}}");
    GIVE(0, "/serial@9000000");
    FREEZE(0, "/clock-controller@9100000");
    compose_build_run();
    check_not_granted(0, "/clock-controller@9100000");
    const fdt32_t *rate = guest_property(0, "/clock-frozen-24000000", "clock-frequency", &length);
    assert_non_null(rate);
    assert_int_equal(fdt32_ld(rate), 24000000);
    const fdt32_t *clocks = guest_property(0, "/serial@9000000", "clocks", &length);
    assert_int_equal(length, 4);
    const fdt32_t *phandle = guest_property(0, "/clock-frozen-24000000", "phandle", &length);
    assert_int_equal(fdt32_ld(clocks), fdt32_ld(phandle));
    assert_non_null(guest_property(0, "/serial@9000000", "clock-names", &length));
}

static void a_frozen_clock_without_a_rate_is_refused(void **state)
{
    (void)state;
    compose_build_board(BOARD_TEXT(CLOCK_TEXT UART_TEXT), NULL);
    GIVE(0, "/serial@9000000");
    FREEZE(0, "/clock-controller@9100000");
    compose_build_refused("\"clocks\" names clock \"3\" of /clock-controller@9100000, which stays "
                          "as it is, and nobody says its rate");
}

/* What the board's tree leaves out counts as a place, too: a driver goes by the place. */
static void what_is_left_of_a_list_keeps_its_places(void **state)
{
    (void)state;
    int length;
    compose_build_board(
        BOARD_TEXT("one: one@9100000 { compatible = \"test,gpio\"; #gpio-cells = <1>;"
                   " reg = <0 0x9100000 0 0x1000>; };"
                   "two: two@9200000 { compatible = \"test,gpio\"; #gpio-cells = <1>;"
                   " reg = <0 0x9200000 0 0x1000>; };"
                   "spi@9000000 { compatible = \"test,spi\"; reg = <0 0x9000000 0 0x1000>;"
                   " cs-gpios = <0>, <&two 5>, <0>, <&one 7>; };"),
        NULL);
    GIVE(0, "/spi@9000000");
    TAKE(0, "/two@9200000");
    compose_build_run();
    const fdt32_t *list = guest_property(0, "/spi@9000000", "cs-gpios", &length);
    assert_non_null(list);
    assert_int_equal(length, 5 * 4);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(fdt32_ld(&list[i]), 0);
    }
    assert_int_not_equal(fdt32_ld(&list[3]), 0);
    assert_int_equal(fdt32_ld(&list[4]), 7);
}

static void what_is_taken_out_is_not_named(void **state)
{
    (void)state;
    int length;
    compose_build_board(BOARD_TEXT(CLOCK_TEXT UART_TEXT), NULL);
    GIVE(0, "/serial@9000000");
    TAKE(0, "/clock-controller@9100000");
    compose_build_run();
    check_not_granted(0, "/clock-controller@9100000");
    assert_null(guest_property(0, "/serial@9000000", "clocks", &length));
    assert_null(guest_property(0, "/serial@9000000", "clock-names", &length));
}

static void firmware_is_refused_and_all_does_without(void **state)
{
    (void)state;
    static const char board[] = BOARD_TEXT(
        "firmware { fw: scmi { compatible = \"arm,scmi\"; #clock-cells = <1>; }; };"
        "a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1000>; clocks = <&fw 1>; };"
        "b@9001000 { compatible = \"test,b\"; reg = <0 0x9001000 0 0x1000>; };");
    compose_build_board(board, NULL);
    GIVE(0, "/a@9000000");
    compose_build_refused("\"clocks\" names /firmware/scmi, which cannot be given: it is reached "
                          "by calls of the firmware");
    compose_build_free(NULL);
    compose_build_board(board, NULL);
    built_request.vms[0].gives_all = true;
    compose_build_run();
    check_not_granted(0, "/a@9000000");
    check_granted(0, "/b@9001000", "given");
}

/* Whoever reaches the GIC, an IOMMU or RAM by a page that it shares reaches everything. */
static void what_shares_a_page_with_what_is_kept_is_refused(void **state)
{
    (void)state;
    static const char board[] = BOARD_TEXT(
        "near@8040800 { compatible = \"test,near\"; reg = <0 0x8041800 0 0x100>; };"
        "iommu@9000000 { compatible = \"acme,iommu\"; reg = <0 0x9000000 0 0x100>; };"
        "by@9000800 { compatible = \"test,by\"; reg = <0 0x9000800 0 0x100>; };"
        "fine@9001000 { compatible = \"test,fine\"; reg = <0 0x9001000 0 0x100>; };"
        "shown@50000000 { compatible = \"test,shown\"; reg = <0 0x50000000 0 0x1000>; };"
        "secret@90000000 { compatible = \"test,secret\"; reg = <0 0x90000000 0 0x1000>; };"
        "reserved-memory { #address-cells = <2>; #size-cells = <2>; ranges;"
        " fw@90000000 { reg = <0 0x90000000 0 0x10000>; }; };");
    static const char *const refused[] = {"/near@8040800", "/by@9000800", "/shown@50000000",
                                          "/secret@90000000"};
    for (size_t i = 0; i < 4; i++) {
        compose_build_board(board, NULL);
        GIVE(0, refused[i]);
        compose_build_refused("share a page with the interrupt controller");
        compose_build_free(NULL);
    }
    compose_build_board(board, NULL);
    built_request.vms[0].gives_all = true;
    compose_build_run();
    assert_int_equal(built.page_count, 1);
    check_granted(0, "/fine@9001000", "given");
}

static void what_belongs_to_everybody_is_nobody_s(void **state)
{
    (void)state;
    static const char board[] = BOARD_TEXT(
        "mc@9000000 { compatible = \"snps,ddrc-3.80a\"; reg = <0 0x9000000 0 0x1000>; };"
        "mu@9001000 { compatible = \"fsl,imx8-mu-scu\"; reg = <0 0x9001000 0 0x1000>; };"
        "etm@9002000 { compatible = \"arm,coresight-etm4x\"; reg = <0 0x9002000 0 0x1000>; };"
        "smmu@9003000 { compatible = \"arm,mmu-500\"; reg = <0 0x9003000 0 0x1000>; };"
        "frames@9004000 { compatible = \"arm,armv7-timer-mem\"; reg = <0 0x9004000 0 0x1000>;"
        " #address-cells = <2>; #size-cells = <2>; ranges;"
        " frame@9005000 { reg = <0 0x9005000 0 0x1000>; }; };"
        "chosen { framebuffer@9006000 { compatible = \"simple-framebuffer\";"
        " reg = <0 0x9006000 0 0x1000>; }; };");
    static const struct {
        const char *node, *reason;
    } refused[] = {{"/mc@9000000", "it drives the board's RAM"},
                   {"/mu@9001000", "it is reached by calls of the firmware"},
                   {"/etm@9002000", "it belongs to the CPUs"},
                   {"/smmu@9003000", "it belongs to the kernel"},
                   {"/frames@9004000", "it belongs to the kernel"},
                   {"/frames@9004000/frame@9005000", "it belongs to the kernel"},
                   {"/gic@8000000/frame@8050000", "it belongs to the kernel"},
                   {"/chosen/framebuffer@9006000", "it is memory"}};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        compose_build_board(board, NULL);
        GIVE(0, refused[i].node);
        compose_build_refused(refused[i].reason);
        compose_build_free(NULL);
    }
    compose_build_board(board, NULL);
    built_request.vms[0].gives_all = true;
    compose_build_run();
    assert_int_equal(built.page_count, 0);
}

/* Debian's i.MX8 trees: a controller beside the GIC hands interrupts on. */
#define RELAY_TEXT                                                                                 \
    "gpc: gpc@9100000 { compatible = \"fsl,imx8mm-gpc\"; reg = <0 0x9100000 0 0x1000>;"            \
    " interrupt-controller; #interrupt-cells = <3>; };"                                            \
    "a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1000>;"                           \
    " interrupt-parent = <&gpc>; interrupts = <0 5 4>; };"

static void a_relay_is_needed_and_its_interrupts_are_the_gic_s(void **state)
{
    (void)state;
    int length;
    compose_build_board(BOARD_TEXT(RELAY_TEXT), NULL);
    GIVE(0, "/a@9000000");
    compose_build_run();
    check_granted(0, "/gpc@9100000", "because /a@9000000 names it in \"interrupts\"");
    assert_int_equal(built.irq_count, 1);
    assert_int_equal(built.irqs[0].intid, 37);
    compose_build_free(NULL);
    compose_build_board(BOARD_TEXT(RELAY_TEXT), NULL);
    GIVE(0, "/a@9000000");
    FREEZE(0, "/gpc@9100000");
    compose_build_run();
    check_not_granted(0, "/gpc@9100000");
    assert_int_equal(built.irq_count, 1);
    const fdt32_t *parent = guest_property(0, "/a@9000000", "interrupt-parent", &length);
    const fdt32_t *gic = guest_property(0, "/gic@8000000", "phandle", &length);
    assert_int_equal(fdt32_ld(parent), fdt32_ld(gic));
}

static void messages_to_the_gic_are_nobody_s(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("its: its@9100000 { compatible = \"arm,gic-v3-its\"; msi-controller;"
                   " reg = <0 0x9100000 0 0x1000>; };"
                   "gen: gen@9000000 { compatible = \"test,gen\"; reg = <0 0x9000000 0 0x1000>;"
                   " interrupt-controller; #interrupt-cells = <1>; msi-parent = <&its>; };"
                   "a@9001000 { compatible = \"test,a\"; reg = <0 0x9001000 0 0x1000>;"
                   " interrupt-parent = <&gen>; interrupts = <5>; };"),
        NULL);
    GIVE(0, "/a@9001000");
    compose_build_refused("its interrupts are messages to the GIC, which no guest may send");
}

#define BRIDGE_TEXT(more)                                                                          \
    "&{/gic@8000000/frame@8050000} { phandle = <77>; " more " };"                                  \
    "/ { pcie@10000000 { compatible = \"pci-host-ecam-generic\"; device_type = \"pci\";"           \
    " #address-cells = <3>; #size-cells = <2>; reg = <0 0x10000000 0 0x100000>;"                   \
    " bus-range = <0 0>; ranges = <0x2000000 0 0x11000000 0 0x11000000 0 0x100000>;"               \
    " msi-map = <0 77 0 0x10000>; msi-map-mask = <0xffff>; }; };"

/* A frame whose SPIs the tree says can raise those and no others: it goes with the bridge. */
static void a_message_frame_goes_with_its_bridge(void **state)
{
    (void)state;
    int length;
    compose_build_board(
        BOARD_TEXT("") BRIDGE_TEXT("arm,msi-base-spi = <80>; arm,msi-num-spis = <3>;"), NULL);
    GIVE(0, "/pcie@10000000");
    compose_build_run();
    check_granted(0, "/gic@8000000/frame@8050000",
                  "because /pcie@10000000 names it in \"msi-map\"");
    assert_int_equal(built.irq_count, 3);
    assert_int_equal(built.irqs[0].intid, 80);
    assert_int_equal(built.irqs[2].intid, 82);
    assert_int_equal(built.irqs[2].trigger, TRIGGER_EDGE);
    assert_non_null(guest_property(0, "/gic@8000000/frame@8050000", "msi-controller", &length));
    assert_non_null(guest_property(0, "/pcie@10000000", "msi-map", &length));
    assert_int_equal(length, 16);
}

static void a_bridge_does_without_a_frame_of_unknown_spis(void **state)
{
    (void)state;
    static const char *const boards[] = {
        BOARD_TEXT("") BRIDGE_TEXT(""),
        BOARD_TEXT("") BRIDGE_TEXT("arm,msi-base-spi = <80>;"),
        BOARD_TEXT("") BRIDGE_TEXT("arm,msi-base-spi = <31>; arm,msi-num-spis = <1>;"),
        BOARD_TEXT("") BRIDGE_TEXT("arm,msi-base-spi = <1019>; arm,msi-num-spis = <2>;"),
    };
    for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
        compose_build_board(boards[i], NULL);
        GIVE(0, "/pcie@10000000");
        compose_build_run();
        check_not_granted(0, "/gic@8000000/frame@8050000");
        assert_int_equal(built.irq_count, 0);
        assert_null(guest_property(0, "/gic@8000000/frame@8050000", "reg", NULL));
        assert_null(guest_property(0, "/pcie@10000000", "msi-map", NULL));
        assert_null(guest_property(0, "/pcie@10000000", "msi-map-mask", NULL));
        compose_build_free(NULL);
    }
}

static void two_bridges_cannot_share_a_frame_between_vms(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("b@12000000 { compatible = \"test,b\"; reg = <0 0x12000000 0 0x1000>;"
                   " msi-parent = <77>; };") BRIDGE_TEXT("arm,msi-base-spi = <80>;"
                                                         " arm,msi-num-spis = <3>;"),
        NULL);
    GIVE(0, "/pcie@10000000");
    compose_build_vm("second");
    GIVE(1, "/b@12000000");
    compose_build_refused("/gic@8000000/frame@8050000");
}

/* What is below a device that cannot be given is left out with it; a power domain of the CPUs is
 * none that a device waits for. */
static void all_leaves_out_what_cannot_work(void **state)
{
    (void)state;
    compose_build_board(
        BOARD_TEXT("dsp@50000000 { compatible = \"test,dsp\"; reg = <0 0x50000000 0 0x1000>;"
                   " below { compatible = \"test,below\"; }; };"
                   "psci2 { compatible = \"arm,psci-1.0\";"
                   " cluster: cluster { #power-domain-cells = <0>; }; };"
                   "a@9000000 { compatible = \"test,a\"; reg = <0 0x9000000 0 0x1000>;"
                   " power-domains = <&cluster>; };"),
        NULL);
    built_request.vms[0].gives_all = true;
    compose_build_run();
    check_not_granted(0, "/dsp@50000000");
    check_not_granted(0, "/dsp@50000000/below");
    check_granted(0, "/a@9000000", "given");
    assert_null(guest_property(0, "/a@9000000", "power-domains", NULL));
}

static void mistakes_of_the_request(void **state)
{
    (void)state;
    static const char board[] =
        BOARD_TEXT("a@9000000 { compatible = \"test,a\"; status = \"disabled\"; };"
                   "b@9000000 { compatible = \"test,b\"; reg = <0 0x9000000 0>; };"
                   "c { compatible = \"test,c\"; clocks = <99>; };"
                   "d { compatible = \"test,d\"; interrupt-parent = <98>; interrupts = <1>; };");
    static const struct {
        const char *give, *message;
    } wrong[] = {{"/a@9000000", "it is disabled in the board's tree"},
                 {"/absent", "--give /absent: the tree has no node with this path"},
                 {"/", "it is the whole board, for which there is --give all"},
                 {"/b@9000000", "\"reg\" is not a whole number of entries"},
                 {"/c", "entry 0 of \"clocks\": refers to a node that there is not"},
                 {"/d", "no interrupt parent: \"interrupt-parent\", here or above"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        compose_build_board(board, NULL);
        GIVE(0, wrong[i].give);
        compose_build_refused(wrong[i].message);
        compose_build_free(NULL);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, compose_build_free)
    const struct CMUnitTest tests[] = {
        TEST(a_device_gets_what_it_needs),
        TEST(reasons_lead_back),
        TEST(parts_come_along_and_devices_below_do_not),
        TEST(a_page_has_one_owner),
        TEST(an_interrupt_has_one_owner),
        TEST(registers_of_no_device_have_one_owner),
        TEST(several_vms_are_apart),
        TEST(a_frozen_clock_has_a_rate),
        TEST(a_frozen_clock_without_a_rate_is_refused),
        TEST(what_is_left_of_a_list_keeps_its_places),
        TEST(what_is_taken_out_is_not_named),
        TEST(firmware_is_refused_and_all_does_without),
        TEST(what_shares_a_page_with_what_is_kept_is_refused),
        TEST(what_belongs_to_everybody_is_nobody_s),
        TEST(a_relay_is_needed_and_its_interrupts_are_the_gic_s),
        TEST(messages_to_the_gic_are_nobody_s),
        TEST(a_message_frame_goes_with_its_bridge),
        TEST(a_bridge_does_without_a_frame_of_unknown_spis),
        TEST(two_bridges_cannot_share_a_frame_between_vms),
        TEST(all_leaves_out_what_cannot_work),
        TEST(mistakes_of_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
