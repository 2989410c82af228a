/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Interrupts on their way into a guest: list registers, and the spill when those are full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/gicv2.h"
#include "example.h"

#define SOFT(n, priority) ((100u + (n)) | INJECT_PRIORITY((uint32_t)(priority)))
#define VIRQ              (VCPU(GUEST)->virq)

static int start(void **state)
{
    example_boot(state);
    example_start(GUEST);
    return 0;
}

static void inject(uint32_t word)
{
    example_ask(SYS_VIRQ_INJECT, word, 0);
}

static uint64_t inject_error(uint32_t word)
{
    example_trap();
    uint64_t error = pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, word, 0);
    pd_answer(VMM);
    return error;
}

/* The guest takes `intid` and ends it, and the kernel takes what follows. */
static void guest_serves(uint32_t intid)
{
    assert_int_equal(gicv_acknowledge(), intid);
    gicv_end(intid);
    system_interrupts();
}

static void guest_finds_nothing(void)
{
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

static void run_other_guest_for_a_moment(void)
{
    PD(VMM2)->thread.priority = 255;
    VCPU(GUEST2)->thread.priority = 250;
    example_start(GUEST2);
    example_trap();
    pd_wait(VMM2);
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

/* ---- Spill ---- */

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
        cmocka_unit_test_setup(an_injection_fills_a_list_register, start),
        cmocka_unit_test_setup(a_second_injection_while_pending_is_one, start),
        cmocka_unit_test_setup(an_injection_while_active_comes_again, start),
        cmocka_unit_test_setup(sgis_of_two_sources_are_two, start),
        cmocka_unit_test_setup(injections_that_make_no_sense_are_refused, start),
        cmocka_unit_test_setup(hardware_injection_needs_an_own_channel, start),
        cmocka_unit_test_setup(eoi_of_a_hardware_injection_ends_the_physical, start),
        cmocka_unit_test_setup(a_hardware_interrupt_has_one_list_register, start),
        cmocka_unit_test_setup(a_soft_injection_over_an_active_hardware_one_comes_again, start),
        cmocka_unit_test_setup(a_hardware_injection_over_an_active_soft_one_comes_again, start),
        cmocka_unit_test_setup(an_sgi_has_no_hardware_behind_it, start),
        cmocka_unit_test_setup(an_end_without_an_acknowledged_interrupt_does_no_harm, start),
        cmocka_unit_test_setup(more_than_the_list_registers_are_all_delivered, start),
        cmocka_unit_test_setup(the_more_urgent_comes_first_out_of_the_spill, start),
        cmocka_unit_test_setup(a_newcomer_does_not_overtake_the_spill, start),
        cmocka_unit_test_setup(an_urgent_one_evicts_the_least_urgent, start),
        cmocka_unit_test_setup(an_active_one_in_the_spill_ends, start),
        cmocka_unit_test_setup(an_end_in_the_spill_survives_an_injection, start),
        cmocka_unit_test_setup(an_end_in_the_spill_survives_another_vcpu, start),
        cmocka_unit_test_setup(the_end_of_a_spilled_hardware_interrupt_ends_the_physical, start),
        cmocka_unit_test_setup(sleep_with_pending_in_the_spill_is_short, start),
        cmocka_unit_test_setup(an_end_to_report_is_not_evicted, start),
        cmocka_unit_test_setup(an_end_to_report_is_not_overwritten_while_another_vcpu_runs, start),
        cmocka_unit_test_setup(the_active_keeps_its_list_register_before_the_pending, start),
        cmocka_unit_test_setup(the_guests_state_survives_another_vcpu, start),
        cmocka_unit_test_setup(one_guest_does_not_see_the_others, start),
    };
    return cmocka_run_group_tests_name("kernel: virtual interrupts", tests, NULL, NULL);
}
