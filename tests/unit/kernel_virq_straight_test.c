/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Straight interrupts of a VM with two vCPUs: each goes to one of them and may move.
 */
#include "assertions.h"

#define ENABLED VIRQ_CONFIG_ENABLE

static uint64_t move_to(unsigned vcpu, uint32_t intid, uint64_t flags)
{
    return vmm_asks(vcpu, SYS_VIRQ_CONFIG, intid, flags);
}

static void a_straight_interrupt_goes_where_it_is_configured(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    device_lower(GUEST_LEVEL);
    assert_guest_runs(SIBLING);
    guest_serves(GUEST_LEVEL);
    assert_false(gic.active[GUEST_LEVEL]);
    assert_int_equal(VCPU(GUEST)->thread.state, THREAD_WFI);
}

static void a_pending_one_moves_along(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_EDGE, ENABLED | VIRQ_CONFIG_EDGE), DROVER_OK);
    device_pulse(GUEST_EDGE);
    assert_int_equal(move_to(GUEST, GUEST_EDGE, ENABLED | VIRQ_CONFIG_EDGE), DROVER_OK);
    system_interrupts();
    guest_finds_nothing();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    guest_serves(GUEST_EDGE);
    guest_finds_nothing();
}

static void a_level_that_was_lowered_meanwhile_does_not_move(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    device_lower(GUEST_LEVEL);
    assert_int_equal(move_to(GUEST, GUEST_LEVEL, ENABLED), DROVER_OK);
    system_interrupts();
    guest_finds_nothing();
    assert_int_equal(VCPU(GUEST)->thread.state, THREAD_WFI);
    assert_false(gic.active[GUEST_LEVEL]);
}

static void an_active_one_stays_and_the_next_moves(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL);
    assert_int_equal(move_to(GUEST, GUEST_LEVEL, ENABLED), DROVER_OK);
    system_interrupts();
    assert_int_equal(VCPU(GUEST)->thread.state, THREAD_WFI);
    assert_int_equal(state_of(GUEST_LEVEL), VIRQ_STATE_ACTIVE);
    gicv_end(GUEST_LEVEL); /* the line is high still */
    system_interrupts();
    guest_finds_nothing();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
}

/* Who has it active is the only one that can end it: there is no second place for it. */
static void clearing_it_where_it_is_not_active_leaves_it_active(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL);
    assert_int_equal(move_to(GUEST, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_lower(GUEST_LEVEL);
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_UPDATE, GUEST_LEVEL, VIRQ_OP_CLEAR_ACTIVE),
                     DROVER_OK);
    assert_true(gic.active[GUEST_LEVEL]);
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    guest_finds_nothing();
    gicv_end(GUEST_LEVEL);
    system_interrupts();
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
    guest_finds_nothing();
}

static void set_active_of_one_that_goes_elsewhere_is_refused(void **state)
{
    (void)state;
    assert_int_equal(move_to(GUEST, GUEST_LEVEL, ENABLED), DROVER_OK);
    assert_int_equal(vmm_asks(SIBLING, SYS_VIRQ_UPDATE, GUEST_LEVEL, VIRQ_OP_SET_ACTIVE),
                     DROVER_ERR_ARGUMENT);
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
    guest_finds_nothing();
}

static void set_active_of_one_that_is_active_elsewhere_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(move_to(SIBLING, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL);
    assert_int_equal(move_to(GUEST, GUEST_LEVEL, ENABLED), DROVER_OK);
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_UPDATE, GUEST_LEVEL, VIRQ_OP_SET_ACTIVE), DROVER_OK);
    gicv_end(GUEST_LEVEL);
    system_interrupts();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
    guest_finds_nothing();
}

static void another_vm_moves_nothing(void **state)
{
    (void)state;
    example_wake(VMM2);
    assert_int_equal(pd_call(VMM2, SYS_VIRQ_CONFIG, 0, GUEST_LEVEL, ENABLED), DROVER_ERR_ARGUMENT);
    assert_int_equal(pd_call(VMM2, SYS_VIRQ_UPDATE, 0, GUEST_LEVEL, VIRQ_OP_SET_PENDING),
                     DROVER_ERR_ARGUMENT);
    pd_wait(VMM2);
    assert_ptr_equal(irq_route(GUEST_LEVEL)->vcpu, VCPU(GUEST));
    assert_false(gic.enabled[GUEST_LEVEL]);
}

/* Whichever of its vCPUs has it: a soft one of the same number would be a second one. */
static void no_vcpu_of_the_vm_gets_a_straight_number_injected(void **state)
{
    (void)state;
    for (unsigned vcpu = GUEST; vcpu <= SIBLING; vcpu++) {
        assert_int_equal(vmm_asks(vcpu, SYS_VIRQ_INJECT, GUEST_LEVEL, 0), DROVER_ERR_ARGUMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_straight_interrupt_goes_where_it_is_configured, start_both),
        cmocka_unit_test_setup(a_pending_one_moves_along, start_both),
        cmocka_unit_test_setup(a_level_that_was_lowered_meanwhile_does_not_move, start_both),
        cmocka_unit_test_setup(an_active_one_stays_and_the_next_moves, start_both),
        cmocka_unit_test_setup(clearing_it_where_it_is_not_active_leaves_it_active, start_both),
        cmocka_unit_test_setup(set_active_of_one_that_goes_elsewhere_is_refused, start_both),
        cmocka_unit_test_setup(set_active_of_one_that_is_active_elsewhere_changes_nothing,
                               start_both),
        cmocka_unit_test_setup(another_vm_moves_nothing, start_both),
        cmocka_unit_test_setup(no_vcpu_of_the_vm_gets_a_straight_number_injected, start_both),
    };
    return cmocka_run_group_tests_name("kernel: straight interrupts that move", tests, NULL, NULL);
}
