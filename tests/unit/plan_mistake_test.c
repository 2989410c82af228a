/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What the planner refuses, and what it warns of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "diag_capture.h"
#include "plan_build.h"

static void placement_mistakes(void **state)
{
    (void)state;
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x40800000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "where the image is loaded");
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x40801000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "the image does not fit");
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x42001000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "overlaps firmware of board");
    plan_refused("<memory_region name='m' size='0x200000' phys_addr='0x43f00000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "partly RAM");
    plan_refused("<memory_region name='m' size='0x2000000'/>" PD("<map mr='m' vaddr='0x1000000'/>"),
                 "free is: 0x40000000 to 0x407fffff");
    plan_refused(
        "<memory_region name='m' size='0x1000' phys_addr='0x10000000' prefill_path='text'/>" PD(
            "<map mr='m' vaddr='0x1000000'/>"),
        "is not RAM");
    plan_refused("<memory_region name='m' size='0x1000'/>" PD("<map mr='m' vaddr='0x201000'/>"),
                 "\"m\" at 0x201000");
    plan_refused(
        "<memory_region name='m' prefill_path='absent'/>" PD("<map mr='m' vaddr='0x1000000'/>"),
        "\"absent\" not found");
}

static void grant_mistakes(void **state)
{
    (void)state;
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x08000000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "(GICD)");
    plan_refused("<memory_region name='m' size='0x200000' phys_addr='0x08000000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "(GICH)");
    plan_refused(PD("<irq irq='96' id='1'/>"), "0..95");
    plan_refused(PD("<irq irq='57' id='1'/>"), "maintenance");
    plan_refused(PD("<irq irq='26' id='1'/>"), "the kernel's own timer");
    plan_refused(PD("<irq irq='27' id='1'/>"), "the timers of virtual machines");
    plan_refused(PD("<irq irq='31' id='1'/>"), "only the physical timer, 30");
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x30000000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "neither RAM nor a device");
    plan_refused("<memory_region name='m' size='0x2000' phys_addr='0x1ffff000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "PA 0x20000000 to 0x20000fff is neither RAM nor a device");
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x08041000'/>" PD(
                     "<map mr='m' vaddr='0x1000000'/>"),
                 "(GICV), which only a virtual_machine may map");
    plan_refused("<memory_region name='m' size='0x1000' phys_addr='0x08020000'/>" PD(
                     "<virtual_machine name='linux'><vcpu id='0'/>"
                     "<map mr='m' vaddr='0x1000000' cached='false'/></virtual_machine>"),
                 "(GICv2m or ITS)");
    plan_refused("<io_address_space name='nic' peripheral_id='1'/>" PD(""), "no SMMU");
}

static void symbol_mistakes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"absent", "symbol \"absent\" is not in"},
        {"small", "has 4 bytes, not 8"},
        {"code", "not in the program's data"},
    };
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "<memory_region name='m' size='0x1000'/>" PD(
                     "<map mr='m' vaddr='0x1000000' setvar_vaddr='%s'/>"),
                 cases[i][0]);
        plan_refused(text, cases[i][1]);
    }
}

static void shared_console_is_a_warning(void **state)
{
    (void)state;
    struct image_reader image =
        plan_built("<memory_region name='m' size='0x1000' phys_addr='0x09000000'/>" PD(
            "<map mr='m' vaddr='0x1000000' cached='false'/>"));
    assert_true(diag_captured_warning("console of the debug kernel"));
    assert_non_null(image.manifest);
    plan_done();
}

static void cached_device_is_a_warning(void **state)
{
    (void)state;
    plan_built("<memory_region name='m' size='0x1000' phys_addr='0x09010000'/>" PD(
        "<map mr='m' vaddr='0x1000000'/>"));
    assert_true(diag_captured_warning("add cached=\"false\""));
    plan_done();
    plan_built("<memory_region name='m' size='0x1000' phys_addr='0x09010000'/>" PD(
        "<virtual_machine name='linux'><vcpu id='0'/><map mr='m' vaddr='0x1000000'/>"
        "</virtual_machine>"));
    assert_true(diag_captured_warning("in \"linux\": a device is mapped as if it were memory"));
    plan_done();
    plan_built("<memory_region name='m' size='0x1000' phys_addr='0x09010000'/>" PD(
        "<virtual_machine name='linux'><vcpu id='0'/>"
        "<map mr='m' vaddr='0x1000000' cached='false'/></virtual_machine>"));
    assert_false(diag_captured_warning("cached"));
    plan_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placement_mistakes),
        cmocka_unit_test(grant_mistakes),
        cmocka_unit_test(symbol_mistakes),
        cmocka_unit_test(shared_console_is_a_warning),
        cmocka_unit_test(cached_device_is_a_warning),
    };
    return cmocka_run_group_tests(tests, plan_group_set_up, plan_group_tear_down);
}
