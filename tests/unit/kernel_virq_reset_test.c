/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU that loses all its interrupts because its guest starts again: the physical ones behind
 * them have to come again, and nothing of the old guest's may reach the new one.
 */
#include "assertions.h"

#define SOFT    100u
#define ENABLED VIRQ_CONFIG_ENABLE

static void enable(uint32_t intid)
{
    example_ask(SYS_VIRQ_CONFIG, intid, ENABLED | (intid == GUEST_EDGE ? VIRQ_CONFIG_EDGE : 0));
}

/* The VMM of the running vCPU stops it, takes its interrupts, and starts it again. */
static void restart(unsigned vcpu)
{
    example_trap();
    assert_int_equal(pd_call(VMM, SYS_VCPU_STOP, VCPU(vcpu)->id, 0, 0), DROVER_OK);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_UPDATE, VCPU(vcpu)->id, 0, VIRQ_OP_RESET), DROVER_OK);
    assert_int_equal(PD(VMM)->frame.x[1], 0);
    assert_false(VCPU(vcpu)->is_loaded);
    assert_int_equal(pd_call(VMM, SYS_VCPU_START, VCPU(vcpu)->id, 0x40000000, 0), DROVER_OK);
    pd_wait(VMM);
    system_interrupts();
    assert_guest_runs(vcpu);
}

static void held_physical_ones_come_again(void **state)
{
    (void)state;
    enable(GUEST_LEVEL);
    enable(GUEST_EDGE);
    device_raise(GUEST_LEVEL);
    assert_int_equal(gicv_acknowledge(), GUEST_LEVEL); /* active */
    device_pulse(GUEST_EDGE);                          /* pending behind it */
    restart(GUEST);
    assert_false(gic.active[GUEST_EDGE]);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL); /* nobody has disabled it, and its line was high */
    guest_finds_nothing();
    assert_false(gic.active[GUEST_LEVEL]);
    device_pulse(GUEST_EDGE);
    guest_serves(GUEST_EDGE);
}

static void channel_interrupts_are_ended(void **state)
{
    (void)state;
    device_raise(VMM_LEVEL_IRQ);
    vmm_injects(VMM_LEVEL_IRQ | INJECT_HW | INJECT_CHANNEL(VMM_LEVEL_CHANNEL));
    pd_wait(VMM);
    device_lower(VMM_LEVEL_IRQ);
    assert_int_equal(gicv_acknowledge(), VMM_LEVEL_IRQ);
    restart(GUEST);
    assert_false(gic.active[VMM_LEVEL_IRQ]);
    guest_finds_nothing();
    device_raise(VMM_LEVEL_IRQ);
    assert_runs(VMM);
}

/* More than the list registers hold, of all sorts and in all states. */
static void the_spill_is_emptied(void **state)
{
    (void)state;
    enable(GUEST_EDGE);
    for (uint32_t n = 0; n < 8; n++) {
        inject((SOFT + n) | INJECT_EOI | INJECT_PRIORITY((0xf8u - n * 8)));
        assert_int_equal(gicv_acknowledge(), SOFT + n);
    }
    inject(3 | INJECT_SOURCE(1u));
    device_pulse(GUEST_EDGE);
    assert_int_not_equal(VCPU(GUEST)->virq.spill_count, 0);
    gicv_end(SOFT + 7); /* its end waits to be told */
    restart(GUEST);
    assert_int_equal(VCPU(GUEST)->virq.spill_count, 0);
    assert_int_equal(gic.hcr, GICH_HCR_EN);
    assert_int_equal(gic.apr, 0);
    assert_false(gic.active[GUEST_EDGE]);
    guest_finds_nothing();
    system_interrupts();
    assert_guest_runs(GUEST); /* no end of an old interrupt is told */
    for (uint32_t n = 0; n < 8; n++) {
        assert_int_equal(state_of(SOFT + n), 0);
    }
    inject(SOFT);
    guest_serves(SOFT);
}

static void the_interface_is_as_after_power_up(void **state)
{
    (void)state;
    gic.vmcr = 0xf8000001;
    inject(SOFT);
    gicv_acknowledge();
    assert_int_not_equal(gic.apr, 0);
    restart(GUEST);
    assert_int_equal(gic.vmcr, 0);
    assert_int_equal(gic.apr, 0);
}

static void timers_are_forgotten(void **state)
{
    (void)state;
    example_ask(SYS_VIRQ_CONFIG, VTIMER, ENABLED);
    virq_op(VTIMER, VIRQ_OP_SET_PENDING);
    system_interrupts();
    assert_int_equal(gicv_acknowledge(), VTIMER);
    virq_op(VTIMER, VIRQ_OP_SET_PENDING);
    restart(GUEST);
    assert_false(gic.enabled[VTIMER] || gic.active[VTIMER] || gic_is_pending(VTIMER));
    guest_finds_nothing();
    example_ask(SYS_VIRQ_CONFIG, VTIMER, ENABLED);
    system_interrupts();
    guest_finds_nothing();
    virq_op(VTIMER, VIRQ_OP_SET_PENDING);
    system_interrupts();
    guest_serves(VTIMER);
}

/* It has a fault that the VMM has not taken, and one that the VMM asked to wait. */
static void what_was_left_to_do_is_not_done(void **state)
{
    (void)state;
    example_trap();
    assert_int_equal(pd_call(VMM, SYS_VCPU_WAIT, GUEST_ID, 0, 0), DROVER_OK);
    assert_int_equal(pd_call(VMM, SYS_VCPU_STOP, GUEST_ID, 0, 0), DROVER_OK);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_UPDATE, GUEST_ID, 0, VIRQ_OP_RESET), DROVER_OK);
    assert_int_equal(VCPU(GUEST)->on_resume, 0);
    assert_int_equal(pd_call(VMM, SYS_VCPU_START, GUEST_ID, 0x40000000, 0), DROVER_OK);
    pd_answer(VMM); /* to a caller that is no more */
    assert_guest_runs(GUEST);
}

/* What another vCPU holds stays with it, and the loaded one loaded. */
static void only_that_vcpu_is_reset(void **state)
{
    (void)state;
    assert_int_equal(vmm_asks(SIBLING, SYS_VIRQ_CONFIG, GUEST_LEVEL, ENABLED), DROVER_OK);
    device_raise(GUEST_LEVEL);
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_UPDATE, 0, VIRQ_OP_RESET), DROVER_OK);
    assert_guest_runs(SIBLING);
    device_lower(GUEST_LEVEL);
    guest_serves(GUEST_LEVEL);
    example_wake(VMM);
    assert_int_equal(pd_call(VMM, SYS_VIRQ_UPDATE, 2, 0, VIRQ_OP_RESET), DROVER_ERR_CHILD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(held_physical_ones_come_again, start_guest),
        cmocka_unit_test_setup(channel_interrupts_are_ended, start_guest),
        cmocka_unit_test_setup(the_spill_is_emptied, start_guest),
        cmocka_unit_test_setup(the_interface_is_as_after_power_up, start_guest),
        cmocka_unit_test_setup(timers_are_forgotten, start_guest),
        cmocka_unit_test_setup(what_was_left_to_do_is_not_done, start_guest),
        cmocka_unit_test_setup(only_that_vcpu_is_reset, start_both),
    };
    return cmocka_run_group_tests_name("kernel: the interrupts of a guest that starts again", tests,
                                       NULL, NULL);
}
