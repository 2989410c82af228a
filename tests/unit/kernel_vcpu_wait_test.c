/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * A vCPU asleep in WFI, injections through its page, and the reports of EOIs.
 */
#include "assertions.h"

#define X(pd, i) (PD(pd)->frame.x[i])
#define EC(ec)   ((uint64_t)(ec) << 26)
#define STATE    (VCPU(GUEST)->thread.state)
#define PAGE     (VCPU(GUEST)->page)

#define SOFT_INTID 100 /* an interrupt of a virtual device */
#define SOFT       (SOFT_INTID | INJECT_PRIORITY(0x80))

/* The guest takes its interrupt and ends it. */
static void guest_handles(uint32_t intid)
{
    assert_int_equal(gicv_acknowledge(), intid);
    gicv_end(intid);
}

static void wfi_sleeps_until_an_injection(void **state)
{
    (void)state;
    fake_sysregs.elr_el2 = 0x40000100;
    vcpu_wfi(GUEST);
    assert_null(running());
    assert_int_equal(STATE, THREAD_WFI);
    example_wake(VMM);
    vmm_injects(SOFT);
    pd_wait(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.elr_el2, 0x40000104);
}

static void wfi_with_an_interrupt_pending_goes_on(void **state)
{
    (void)state;
    guest_faults();
    vmm_injects(SOFT);
    pd_answer(VMM);
    vcpu_wfi(GUEST);
    assert_guest_runs(GUEST);
}

static void wfi_with_an_interrupt_only_active_sleeps(void **state)
{
    (void)state;
    guest_faults();
    vmm_injects(SOFT);
    pd_answer(VMM);
    assert_int_equal(gicv_acknowledge(), SOFT_INTID);
    vcpu_wfi(GUEST);
    assert_null(running());
}

static void a_16_bit_wfi_is_two_bytes_long(void **state)
{
    (void)state;
    fake_sysregs.elr_el2 = 0x10000;
    guest_faults();
    vmm_injects(SOFT);
    pd_answer(VMM);
    system_exception(EC(ESR_EC_WFX));
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.elr_el2, 0x10002);
}

static void wfe_goes_on(void **state)
{
    (void)state;
    system_exception(EC(ESR_EC_WFX) | ESR_IL | ESR_ISS_WFE);
    assert_guest_runs(GUEST);
}

static void injection_through_the_page_wakes(void **state)
{
    (void)state;
    vcpu_wfi(GUEST);
    example_wake(VMM);
    PAGE->inject[0] = SOFT;
    PAGE->inject_count = 1;
    PD(VMM)->message->vcpu_requests = 1;
    pd_wait(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(PAGE->inject_count, 0);
    assert_int_equal(PD(VMM)->message->vcpu_requests, 0);
    guest_handles(SOFT_INTID);
}

static void wild_requests_end_at_the_page(void **state)
{
    (void)state;
    guest_faults();
    PAGE->inject_count = UINT64_MAX;
    for (unsigned i = 0; i < VCPU_INJECT_MAX; i++) {
        PAGE->inject[i] = 0xffffffff;
    }
    PD(VMM)->message->vcpu_requests = UINT64_MAX;
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

/* ---- EOI reports ---- */

/* The guest ends SOFT, whose EOI was asked for, and the maintenance interrupt is not taken yet. */
static void guest_ends_reported(void)
{
    guest_faults();
    vmm_injects(SOFT | INJECT_EOI);
    pd_answer(VMM);
    guest_handles(SOFT_INTID);
    assert_true(gich_maintenance());
}

static void assert_eoi_reported(void)
{
    assert_runs(VMM);
    assert_int_equal(X(VMM, 0), EVENT_FAULT | GUEST_ID);
    assert_int_equal(MSGINFO_LABEL(X(VMM, 1)), FAULT_VGIC_MAINTENANCE);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(PAGE->eoi[i], i == SOFT_INTID / 64 ? 1ull << SOFT_INTID % 64 : 0);
    }
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_false(gich_maintenance());
}

static void eoi_while_running_is_reported(void **state)
{
    (void)state;
    guest_ends_reported();
    system_interrupts();
    assert_eoi_reported();
}

static void eoi_not_asked_for_is_not_reported(void **state)
{
    (void)state;
    guest_faults();
    vmm_injects(SOFT);
    pd_answer(VMM);
    guest_handles(SOFT_INTID);
    system_interrupts();
    assert_guest_runs(GUEST);
}

static void eoi_while_preempted_is_reported(void **state)
{
    (void)state;
    guest_ends_reported();
    example_wake(PARENT);
    assert_int_equal(STATE, THREAD_READY);
    system_interrupts();
    pd_wait(PARENT);
    assert_eoi_reported();
}

static void eoi_just_before_wfi_is_reported(void **state)
{
    (void)state;
    guest_ends_reported();
    vcpu_wfi(GUEST);
    system_interrupts();
    assert_eoi_reported();
}

static void eoi_while_faulted_is_reported_after_the_reply(void **state)
{
    (void)state;
    guest_ends_reported();
    guest_faults();
    system_interrupts();
    assert_int_equal(MSGINFO_LABEL(X(VMM, 1)), FAULT_VCPU);
    pd_answer(VMM);
    assert_eoi_reported();
}

static void eoi_while_another_vcpu_is_loaded_is_not_lost(void **state)
{
    (void)state;
    guest_ends_reported();
    PD(VMM2)->thread.priority = 255;
    VCPU(GUEST2)->thread.priority = 250;
    example_start(GUEST2);
    assert_true(VCPU(GUEST2)->is_loaded);
    system_exception(EC(ESR_EC_HVC)); /* GUEST2 faults, and is never answered */
    pd_wait(VMM2);
    system_interrupts();
    assert_eoi_reported();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(wfi_sleeps_until_an_injection, start_guest),
        cmocka_unit_test_setup(wfi_with_an_interrupt_pending_goes_on, start_guest),
        cmocka_unit_test_setup(wfi_with_an_interrupt_only_active_sleeps, start_guest),
        cmocka_unit_test_setup(a_16_bit_wfi_is_two_bytes_long, start_guest),
        cmocka_unit_test_setup(wfe_goes_on, start_guest),
        cmocka_unit_test_setup(injection_through_the_page_wakes, start_guest),
        cmocka_unit_test_setup(wild_requests_end_at_the_page, start_guest),
        cmocka_unit_test_setup(eoi_while_running_is_reported, start_guest),
        cmocka_unit_test_setup(eoi_not_asked_for_is_not_reported, start_guest),
        cmocka_unit_test_setup(eoi_while_preempted_is_reported, start_guest),
        cmocka_unit_test_setup(eoi_just_before_wfi_is_reported, start_guest),
        cmocka_unit_test_setup(eoi_while_faulted_is_reported_after_the_reply, start_guest),
        cmocka_unit_test_setup(eoi_while_another_vcpu_is_loaded_is_not_lost, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: sleep and EOI reports of vCPUs", tests, NULL, NULL);
}
