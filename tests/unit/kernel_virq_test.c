/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts on their way into a guest, soft ones and those that are bound to a channel.
 */
#include "assertions.h"

#define SOFT(n, priority) ((100u + (n)) | INJECT_PRIORITY((uint32_t)(priority)))

static uint64_t inject_error(uint32_t word)
{
    example_trap();
    uint64_t error = pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, word, 0);
    pd_answer(VMM);
    return error;
}

static void an_injection_fills_a_list_register(void **state)
{
    (void)state;
    inject(SOFT(0, 0xa8) | INJECT_GROUP1);
    assert_int_equal(gic.list_regs[0],
                     LR_PENDING | LR_GROUP1 | 0xa8u >> 3 << LR_PRIORITY_SHIFT | 100);
    guest_serves(100);
    guest_finds_nothing();
}

static void a_second_injection_while_pending_is_one(void **state)
{
    (void)state;
    inject(SOFT(0, 0x80));
    inject(SOFT(0, 0x80));
    guest_serves(100);
    guest_finds_nothing();
}

static void an_injection_while_active_comes_again(void **state)
{
    (void)state;
    inject(SOFT(0, 0x80));
    assert_int_equal(gicv_acknowledge(), 100);
    inject(SOFT(0, 0x80));
    guest_finds_nothing();
    gicv_end(100);
    guest_serves(100);
    guest_finds_nothing();
}

static void sgis_of_two_sources_are_two(void **state)
{
    (void)state;
    inject(3 | INJECT_SOURCE(1u));
    inject(3 | INJECT_SOURCE(2u));
    guest_serves(3 | 1 << 10);
    guest_serves(3 | 2 << 10);
    guest_finds_nothing();
}

static void injections_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    assert_int_equal(inject_error(1020), DROVER_ERR_ARGUMENT);
    assert_int_equal(inject_error(1023), DROVER_ERR_ARGUMENT);
    assert_int_equal(inject_error(GUEST_LEVEL), DROVER_ERR_ARGUMENT);
    assert_int_equal(inject_error(VTIMER), DROVER_ERR_ARGUMENT);
    guest_finds_nothing();
}

/* ---- Bound by channel: the guest's EOI is the acknowledgement ---- */

static void hardware_injection_needs_an_own_channel(void **state)
{
    (void)state;
    assert_int_equal(inject_error(100 | INJECT_HW | INJECT_CHANNEL(0)), DROVER_ERR_CHANNEL);
    assert_int_equal(inject_error(100 | INJECT_HW | INJECT_CHANNEL(61)), DROVER_ERR_CHANNEL);
    assert_int_equal(inject_error(100 | INJECT_HW | INJECT_CHANNEL(63)), DROVER_ERR_CHANNEL);
    guest_finds_nothing();
}

static void eoi_of_a_hardware_injection_ends_the_physical(void **state)
{
    (void)state;
    device_raise(VMM_LEVEL_IRQ);
    assert_ptr_equal(running(), &PD(VMM)->thread);
    assert_int_equal(PD(VMM)->frame.x[0], 1ull << VMM_LEVEL_CHANNEL);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID,
                             100 | INJECT_HW | INJECT_CHANNEL(VMM_LEVEL_CHANNEL), 0),
                     DROVER_OK);
    pd_wait(VMM);
    assert_int_equal(gicv_acknowledge(), 100);
    assert_true(gic.active[VMM_LEVEL_IRQ]);
    device_lower(VMM_LEVEL_IRQ);
    gicv_end(100);
    assert_false(gic.active[VMM_LEVEL_IRQ]);
}

static void a_hardware_interrupt_has_one_list_register(void **state)
{
    uint32_t word = 100 | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL);

    (void)state;
    inject(word);
    inject(word);
    guest_serves(100);
    guest_finds_nothing();
}

static void a_soft_injection_over_an_active_hardware_one_comes_again(void **state)
{
    (void)state;
    device_pulse(VMM_EDGE_IRQ);
    pd_wait(VMM);
    inject(100 | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL));
    assert_int_equal(gicv_acknowledge(), 100);
    inject(100);
    gicv_end(100);
    system_interrupts(); /* the channel's interrupt is pending again, and the VMM hears of it */
    assert_ptr_equal(running(), &PD(VMM)->thread);
    assert_int_equal(PD(VMM)->frame.x[0], 1ull << VMM_EDGE_CHANNEL);
}

static void a_hardware_injection_over_an_active_soft_one_comes_again(void **state)
{
    (void)state;
    inject(100);
    assert_int_equal(gicv_acknowledge(), 100);
    device_pulse(VMM_EDGE_IRQ);
    pd_wait(VMM);
    inject(100 | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL));
    gicv_end(100);
    assert_false(gic.active[VMM_EDGE_IRQ]);
    system_interrupts();
    assert_int_equal(PD(VMM)->frame.x[0], 1ull << VMM_EDGE_CHANNEL);
}

static void an_sgi_has_no_hardware_behind_it(void **state)
{
    (void)state;
    assert_int_equal(inject_error(3 | INJECT_HW | INJECT_CHANNEL(VMM_EDGE_CHANNEL)),
                     DROVER_ERR_ARGUMENT);
}

static void an_end_without_an_acknowledged_interrupt_does_no_harm(void **state)
{
    (void)state;
    inject(SOFT(0, 0x80));
    assert_int_equal(gicv_acknowledge(), 100);
    gicv_end(500);
    inject(SOFT(1, 0x80));
    run_other_guest_for_a_moment();
    guest_serves(101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_injection_fills_a_list_register, start_guest),
        cmocka_unit_test_setup(a_second_injection_while_pending_is_one, start_guest),
        cmocka_unit_test_setup(an_injection_while_active_comes_again, start_guest),
        cmocka_unit_test_setup(sgis_of_two_sources_are_two, start_guest),
        cmocka_unit_test_setup(injections_that_make_no_sense_are_refused, start_guest),
        cmocka_unit_test_setup(hardware_injection_needs_an_own_channel, start_guest),
        cmocka_unit_test_setup(eoi_of_a_hardware_injection_ends_the_physical, start_guest),
        cmocka_unit_test_setup(a_hardware_interrupt_has_one_list_register, start_guest),
        cmocka_unit_test_setup(a_soft_injection_over_an_active_hardware_one_comes_again,
                               start_guest),
        cmocka_unit_test_setup(a_hardware_injection_over_an_active_soft_one_comes_again,
                               start_guest),
        cmocka_unit_test_setup(an_sgi_has_no_hardware_behind_it, start_guest),
        cmocka_unit_test_setup(an_end_without_an_acknowledged_interrupt_does_no_harm, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: virtual interrupts", tests, NULL, NULL);
}
