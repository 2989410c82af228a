/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Physical interrupts and where they go.
 */
#include <string.h>

#include "assertions.h"

static void a_channel_interrupt_is_masked_until_its_ack(void **state)
{
    (void)state;
    device_pulse(PARENT_IRQ);
    assert_runs(PARENT);
    assert_int_equal(PD(PARENT)->frame.x[0], 1ull << PARENT_IRQ_CHANNEL);
    pd_wait(PARENT);
    device_pulse(PARENT_IRQ);
    assert_null(running());
    example_wake(PARENT);
    pd_call(PARENT, SYS_IRQ_ACK, PARENT_IRQ_CHANNEL, 0, 0);
    system_interrupts();
    pd_wait(PARENT);
    assert_runs(PARENT);
    assert_int_equal(PD(PARENT)->frame.x[0], 1ull << PARENT_IRQ_CHANNEL);
}

static void one_that_is_masked_does_not_hold_up_others(void **state)
{
    (void)state;
    device_raise(VMM_LEVEL_IRQ);
    pd_wait(VMM);
    device_pulse(PARENT_IRQ);
    assert_runs(PARENT);
}

static void triggers_come_from_the_manifest(void **state)
{
    (void)state;
    assert_true(gic.edge[PARENT_IRQ]);
    assert_false(gic.edge[VMM_LEVEL_IRQ]);
    assert_true(gic.edge[GUEST_EDGE]);
    assert_int_equal(gic.targets[PARENT_IRQ], 1);
}

static void a_guests_interrupts_wait_until_it_enables_them(void **state)
{
    (void)state;
    assert_false(gic.enabled[GUEST_LEVEL]);
    assert_false(gic.enabled[GUEST_EDGE]);
    assert_true(gic.enabled[PARENT_IRQ]);
}

/* The boot loader has used `intid` and not tidied up. */
static void leave_enabled(uint32_t intid)
{
    gic.enabled[intid] = true;
    gic.targets[intid] = 1;
}

static void nobodys_interrupt_is_masked(void **state)
{
    (void)state;
    leave_enabled(90);
    device_raise(90);
    assert_null(running());
    assert_false(gic.enabled[90]);
    assert_false(gic.active[90]);
    assert_non_null(strstr(machine.uart, "interrupt 90 belongs to nobody"));
}

static void what_the_boot_loader_left_enabled_is_disabled(void **state)
{
    struct description few_lines = example;

    (void)state;
    few_lines.irq_lines = 96;
    system_boot_idle(&few_lines);
    leave_enabled(500);
    device_raise(500);
    assert_false(gic.enabled[500]);
    device_pulse(PARENT_IRQ);
    assert_runs(PARENT);
}

static void a_spurious_interrupt_changes_nothing(void **state)
{
    (void)state;
    example_wake(CLIENT);
    system_enter(exception_irq, 0);
    assert_runs(CLIENT);
}

static void a_straight_interrupt_wakes_a_sleeping_guest(void **state)
{
    (void)state;
    example_start(GUEST);
    example_ask(SYS_VIRQ_CONFIG, GUEST_LEVEL, VIRQ_CONFIG_ENABLE);
    vcpu_wfi(GUEST);
    device_raise(GUEST_LEVEL);
    assert_guest_runs(GUEST);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL);
}

static void a_straight_interrupt_finds_a_guest_that_is_not_loaded(void **state)
{
    (void)state;
    example_start(GUEST);
    example_ask(SYS_VIRQ_CONFIG, GUEST_LEVEL, VIRQ_CONFIG_ENABLE);
    vcpu_wfi(GUEST);
    example_start(GUEST2);
    device_raise(GUEST_LEVEL);
    assert_guest_runs(GUEST);
    assert_true(VCPU(GUEST)->is_loaded);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL);
}

static void with_nobody_loaded_a_maintenance_interrupt_is_harmless(void **state)
{
    (void)state;
    gic.hcr = GICH_HCR_EN | GICH_HCR_NPIE;
    system_interrupts();
    assert_false(gich_maintenance());
    assert_null(running());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_channel_interrupt_is_masked_until_its_ack, example_boot),
        cmocka_unit_test_setup(one_that_is_masked_does_not_hold_up_others, example_boot),
        cmocka_unit_test_setup(triggers_come_from_the_manifest, example_boot),
        cmocka_unit_test_setup(a_guests_interrupts_wait_until_it_enables_them, example_boot),
        cmocka_unit_test_setup(nobodys_interrupt_is_masked, example_boot),
        cmocka_unit_test_setup(what_the_boot_loader_left_enabled_is_disabled, example_boot),
        cmocka_unit_test_setup(a_spurious_interrupt_changes_nothing, example_boot),
        cmocka_unit_test_setup(a_straight_interrupt_wakes_a_sleeping_guest, example_boot),
        cmocka_unit_test_setup(a_straight_interrupt_finds_a_guest_that_is_not_loaded, example_boot),
        cmocka_unit_test_setup(with_nobody_loaded_a_maintenance_interrupt_is_harmless,
                               example_boot),
    };
    return cmocka_run_group_tests_name("kernel: physical interrupts", tests, NULL, NULL);
}
