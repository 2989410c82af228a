/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * More interrupts than list registers: order, eviction, refill, and ends that find no list
 * register.
 */
#include "assertions.h"

#define SOFT(n, priority) ((100u + (n)) | INJECT_PRIORITY((uint32_t)(priority)))
#define VIRQ              (VCPU(GUEST)->virq)

static void more_than_the_list_registers_are_all_delivered(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 20; n++) {
        inject(SOFT(n, 0x80));
    }
    assert_int_equal(VIRQ.spill_count, 16);
    for (unsigned served = 0; served < 20; served++) {
        uint32_t intid = gicv_acknowledge();
        assert_in_range(intid, 100, 119);
        gicv_end(intid);
        system_interrupts();
    }
    guest_finds_nothing();
    assert_int_equal(VIRQ.spill_count, 0);
}

static void the_more_urgent_comes_first_out_of_the_spill(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 12; n++) {
        inject(SOFT(n, 0xf8 - 8 * n));
    }
    for (unsigned n = 12; n-- > 0;) {
        guest_serves(100 + n);
    }
    guest_finds_nothing();
}

static void a_newcomer_does_not_overtake_the_spill(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 5; n++) {
        inject(SOFT(n, 8 * (n + 1)));
    }
    guest_serves(100); /* a list register is free, 104 is in the spill */
    inject(SOFT(5, 0x80));
    for (unsigned n = 1; n < 6; n++) {
        guest_serves(100 + n);
    }
}

static void an_urgent_one_evicts_the_least_urgent(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 4; n++) {
        inject(SOFT(n, 0x80 + 8 * n));
    }
    inject(SOFT(4, 0x10));
    assert_int_not_equal(VIRQ.spill[VIRQ_SGI_SLOTS + 103 - 16], 0);
    guest_serves(104);
    guest_serves(100);
}

/* Four nested handlers hold all list registers; the fifth interrupt takes one of them. */
static void nest_five(void)
{
    for (unsigned n = 0; n < 5; n++) {
        inject(SOFT(n, 0x80 - 8 * n));
        assert_int_equal(gicv_acknowledge(), 100 + n);
    }
    assert_int_equal(VIRQ.spill_count, 1);
}

static void an_active_one_in_the_spill_ends(void **state)
{
    (void)state;
    nest_five();
    for (unsigned n = 5; n-- > 0;) {
        gicv_end(100 + n);
        system_interrupts();
    }
    assert_int_equal(VIRQ.spill_count, 0);
    inject(SOFT(0, 0x80));
    guest_serves(100);
}

static void an_end_in_the_spill_survives_an_injection(void **state)
{
    (void)state;
    nest_five();
    for (unsigned n = 5; n-- > 0;) {
        gicv_end(100 + n);
    }
    /* The maintenance interrupt is signalled, but the guest traps first, and the spill changes. */
    example_trap();
    for (unsigned n = 5; n < 10; n++) {
        pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, SOFT(n, 0x80), 0);
    }
    pd_answer(VMM);
    system_interrupts();
    assert_int_equal(VIRQ.spill[VIRQ_SGI_SLOTS + 100 - 16], 0);
    for (unsigned n = 5; n < 10; n++) {
        guest_serves(100 + n);
    }
}

static void an_end_in_the_spill_survives_another_vcpu(void **state)
{
    (void)state;
    nest_five();
    for (unsigned n = 5; n-- > 0;) {
        gicv_end(100 + n);
    }
    run_other_guest_for_a_moment();
    system_interrupts();
    assert_int_equal(VIRQ.spill_count, 0);
}

static void the_end_of_a_spilled_hardware_interrupt_ends_the_physical(void **state)
{
    (void)state;
    example_ask(SYS_VIRQ_CONFIG, GUEST_EDGE, VIRQ_CONFIG_ENABLE | VIRQ_CONFIG_EDGE | 0xa0);
    device_pulse(GUEST_EDGE);
    assert_int_equal(gicv_acknowledge(), GUEST_EDGE);
    for (unsigned n = 0; n < 4; n++) {
        inject(SOFT(n, 0x80 - 8 * n));
        assert_int_equal(gicv_acknowledge(), 100 + n);
    }
    for (unsigned n = 4; n-- > 0;) {
        gicv_end(100 + n);
    }
    assert_true(gic.active[GUEST_EDGE]);
    gicv_end(GUEST_EDGE);
    system_interrupts();
    assert_false(gic.active[GUEST_EDGE]);
}

static void sleep_with_pending_in_the_spill_is_short(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 5; n++) {
        inject(SOFT(n, 0x80));
    }
    for (unsigned n = 0; n < 4; n++) {
        uint32_t intid = gicv_acknowledge();
        gicv_end(intid);
    }
    /* The guest sleeps before the maintenance interrupt is taken. */
    vcpu_wfi(GUEST);
    system_interrupts();
    assert_ptr_equal(running(), &VCPU(GUEST)->thread);
    assert_int_not_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

static void an_end_to_report_is_not_evicted(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 4; n++) {
        inject(SOFT(n, 0x80) | INJECT_EOI);
        assert_int_equal(gicv_acknowledge(), 100 + n);
        gicv_end(100 + n);
    }
    example_trap();
    pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, SOFT(0, 0x10), 0);
    pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, SOFT(5, 0x10), 0);
    pd_answer(VMM);
    system_interrupts();
    assert_ptr_equal(running(), &PD(VMM)->thread);
    assert_int_equal(VCPU(GUEST)->page->eoi[1], 0xfull << (100 - 64));
    pd_answer(VMM);
    guest_serves(100);
    guest_serves(105);
}

static void an_end_to_report_is_not_overwritten_while_another_vcpu_runs(void **state)
{
    (void)state;
    inject(SOFT(0, 0x80) | INJECT_EOI);
    assert_int_equal(gicv_acknowledge(), 100);
    gicv_end(100);
    example_trap();
    vcpu_load(&the_system.cpu, NULL);
    for (unsigned n = 1; n < 5; n++) {
        pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, SOFT(n, 0x80), 0);
    }
    pd_answer(VMM);
    system_interrupts();
    assert_ptr_equal(running(), &PD(VMM)->thread);
    assert_int_equal(VCPU(GUEST)->page->eoi[1], 1ull << (100 - 64));
}

static void the_active_keeps_its_list_register_before_the_pending(void **state)
{
    (void)state;
    inject(SOFT(0, 0xf0));
    assert_int_equal(gicv_acknowledge(), 100);
    for (unsigned n = 1; n < 5; n++) {
        inject(SOFT(n, 0x80));
    }
    inject(SOFT(5, 0x10));
    assert_int_equal(VIRQ.spill[VIRQ_SGI_SLOTS + 100 - 16], 0);
    assert_int_equal(VIRQ.spill_count, 2);
}

static void the_guests_state_survives_another_vcpu(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 6; n++) {
        inject(SOFT(n, 0x80 - 8 * n));
    }
    assert_int_equal(gicv_acknowledge(), 105);
    run_other_guest_for_a_moment();
    assert_ptr_equal(running(), &VCPU(GUEST)->thread);
    assert_int_equal(gic.apr, 1u << (0x80 - 40) / 8);
    gicv_end(105);
    for (unsigned n = 5; n-- > 0;) {
        system_interrupts();
        guest_serves(100 + n);
    }
}

static void one_guest_does_not_see_the_others(void **state)
{
    (void)state;
    inject(SOFT(0, 0x80));
    PD(VMM2)->thread.priority = 255;
    VCPU(GUEST2)->thread.priority = 250;
    example_start(GUEST2);
    guest_finds_nothing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(more_than_the_list_registers_are_all_delivered, start_guest),
        cmocka_unit_test_setup(the_more_urgent_comes_first_out_of_the_spill, start_guest),
        cmocka_unit_test_setup(a_newcomer_does_not_overtake_the_spill, start_guest),
        cmocka_unit_test_setup(an_urgent_one_evicts_the_least_urgent, start_guest),
        cmocka_unit_test_setup(an_active_one_in_the_spill_ends, start_guest),
        cmocka_unit_test_setup(an_end_in_the_spill_survives_an_injection, start_guest),
        cmocka_unit_test_setup(an_end_in_the_spill_survives_another_vcpu, start_guest),
        cmocka_unit_test_setup(the_end_of_a_spilled_hardware_interrupt_ends_the_physical,
                               start_guest),
        cmocka_unit_test_setup(sleep_with_pending_in_the_spill_is_short, start_guest),
        cmocka_unit_test_setup(an_end_to_report_is_not_evicted, start_guest),
        cmocka_unit_test_setup(an_end_to_report_is_not_overwritten_while_another_vcpu_runs,
                               start_guest),
        cmocka_unit_test_setup(the_active_keeps_its_list_register_before_the_pending, start_guest),
        cmocka_unit_test_setup(the_guests_state_survives_another_vcpu, start_guest),
        cmocka_unit_test_setup(one_guest_does_not_see_the_others, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: virtual interrupts in the spill", tests, NULL,
                                       NULL);
}
