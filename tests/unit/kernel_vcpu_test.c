/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The life of a vCPU: started, faulted, answered, stopped.
 */
#include "assertions.h"

#define X(pd, i) (PD(pd)->frame.x[i])
#define EC(ec)   ((uint64_t)(ec) << 26)
#define STATE    (VCPU(GUEST)->thread.state)
#define PAGE     (VCPU(GUEST)->page)

#define PERMISSION_FAULT  0x0f
#define TRANSLATION_FAULT 0x07
#define SOFT_INTID        100 /* an interrupt of a virtual device */
#define SOFT              (SOFT_INTID | INJECT_PRIORITY(0x80))

static void start_runs_it_at_its_entry(void **state)
{
    (void)state;
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.elr_el2, 0x40000000);
    assert_int_equal(fake_sysregs.spsr_el2, PSTATE_DAIF | PSTATE_EL1H);
    assert_int_equal(fake_sysregs.hcr_el2, HCR_VCPU);
}

static void privileged_pstate_is_filtered(void **state)
{
    const uint64_t wild[] = {0x08, 0x09, 0x0d, 0x1a, 0x13};

    (void)state;
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        guest_faults();
        PAGE->pstate = PSTATE_DAIF | wild[i];
        pd_answer(VMM);
        assert_guest_runs(GUEST);
        assert_int_equal(fake_sysregs.spsr_el2 & PSTATE_MODE_MASK, PSTATE_EL1H);
    }
}

static void abort_reaches_the_vmm_with_its_page_filled(void **state)
{
    uint64_t esr = EC(ESR_EC_DABT_LOWER) | TRANSLATION_FAULT;

    (void)state;
    fake_sysregs.far_el2 = 0xffff000000000123;
    fake_sysregs.hpfar_el2 = 0x09000000 >> 8;
    system_exception(esr);
    assert_runs(VMM);
    assert_int_equal(X(VMM, 0), EVENT_FAULT | GUEST_ID);
    assert_int_equal(MSGINFO_LABEL(X(VMM, 1)), FAULT_VM);
    assert_int_equal(PAGE->esr, esr);
    assert_int_equal(PAGE->far_va, 0xffff000000000123);
    assert_int_equal(PAGE->fault_gpa, 0x09000123);
}

static void permission_fault_walks_the_guests_tables(void **state)
{
    (void)state;
    fake_sysregs.par_el1 = 0x5555;
    fake_translation = 0x0a000000;
    fake_sysregs.far_el2 = 0x1010;
    system_exception(EC(ESR_EC_DABT_LOWER) | PERMISSION_FAULT);
    assert_int_equal(PAGE->fault_gpa, 0x0a000010);
    assert_int_equal(fake_sysregs.par_el1, 0x5555);
}

static void permission_fault_of_changed_tables_is_tried_again(void **state)
{
    (void)state;
    fake_translation = 1;
    system_exception(EC(ESR_EC_DABT_LOWER) | PERMISSION_FAULT);
    assert_guest_runs(GUEST);
}

static void an_abort_on_a_fetch_reaches_the_vmm(void **state)
{
    (void)state;
    fake_sysregs.hpfar_el2 = 0x50000000 >> 8;
    system_exception(EC(ESR_EC_IABT_LOWER) | TRANSLATION_FAULT);
    assert_runs(VMM);
    assert_int_equal(MSGINFO_LABEL(X(VMM, 1)), FAULT_VM);
    assert_int_equal(PAGE->fault_gpa, 0x50000000);
}

static void other_exceptions_reach_the_vmm(void **state)
{
    (void)state;
    system_exception(EC(ESR_EC_SMC) | 3);
    assert_runs(VMM);
    assert_int_equal(MSGINFO_LABEL(X(VMM, 1)), FAULT_VCPU);
    assert_int_equal(PAGE->esr, EC(ESR_EC_SMC) | 3);
}

static void reply_resumes_with_what_the_vmm_wrote(void **state)
{
    (void)state;
    guest_faults();
    PAGE->x[0] = 42;
    PAGE->pc = 0x40001000;
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.elr_el2, 0x40001000);
    assert_int_equal(VCPU(GUEST)->thread.frame->x[0], 42);
}

static void without_reply_it_stays_faulted(void **state)
{
    (void)state;
    guest_faults();
    pd_wait(VMM);
    assert_null(running());
    assert_int_equal(STATE, THREAD_REPLY);
}

static void serror_of_a_guest_goes_back_to_it(void **state)
{
    (void)state;
    system_enter(exception_serror, 0);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.hcr_el2, HCR_VCPU | HCR_VSE);
    guest_faults();
    assert_int_equal(fake_sysregs.hcr_el2, HCR_PD);
    run_other_guest_for_a_moment();
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.hcr_el2, HCR_VCPU | HCR_VSE);
    fake_sysregs.hcr_el2 = HCR_VCPU; /* the guest takes it */
    guest_faults();
    pd_answer(VMM);
    assert_int_equal(fake_sysregs.hcr_el2, HCR_VCPU);
}

static void a_start_forgets_an_serror(void **state)
{
    (void)state;
    system_enter(exception_serror, 0);
    guest_faults();
    assert_int_equal(pd_call(VMM, SYS_VCPU_START, GUEST_ID, 0x48000000, 0), DROVER_OK);
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.hcr_el2, HCR_VCPU);
}

/* ---- Start and stop in each state ---- */

static void start_again(void)
{
    assert_int_equal(pd_call(VMM, SYS_VCPU_START, GUEST_ID, 0x48000000, 0), DROVER_OK);
    pd_answer(VMM);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.elr_el2, 0x48000000);
}

static void stop(void)
{
    assert_int_equal(pd_call(VMM, SYS_VCPU_STOP, GUEST_ID, 0, 0), DROVER_OK);
    assert_int_equal(STATE, THREAD_STOPPED);
}

static void stop_and_start_while_ready(void **state)
{
    (void)state;
    example_wake(VMM);
    assert_int_equal(STATE, THREAD_READY);
    stop();
    stop();
    start_again();
}

static void start_while_ready(void **state)
{
    (void)state;
    example_wake(VMM);
    start_again();
}

static void stop_while_faulted(void **state)
{
    (void)state;
    guest_faults();
    stop();
    pd_answer(VMM);
    assert_null(running());
}

static void start_while_faulted(void **state)
{
    (void)state;
    guest_faults();
    start_again();
}

static void stop_while_its_fault_waits(void **state)
{
    (void)state;
    vcpu_wfi(GUEST);
    PD(VMM)->thread.priority = 1;
    example_wake(VMM);
    vmm_injects(SOFT); /* the guest preempts its VMM */
    assert_guest_runs(GUEST);
    system_exception(EC(ESR_EC_HVC));
    assert_runs(VMM);
    assert_int_equal(STATE, THREAD_SENDING);
    stop();
    pd_wait(VMM);
    assert_null(running());
}

static void stop_while_asleep(void **state)
{
    (void)state;
    vcpu_wfi(GUEST);
    example_wake(VMM);
    stop();
    vmm_injects(SOFT);
    pd_wait(VMM);
    assert_null(running());
}

static void start_while_asleep(void **state)
{
    (void)state;
    vcpu_wfi(GUEST);
    example_wake(VMM);
    start_again();
}

static void only_own_vcpus_are_named(void **state)
{
    (void)state;
    example_wake(VMM);
    for (uint64_t call = SYS_VCPU_START; call <= SYS_VIRQ_CONFIG; call++) {
        assert_int_equal(pd_call(VMM, call, 2, 0, 0), DROVER_ERR_CHILD);
        assert_int_equal(pd_call(VMM, call, UINT64_MAX, 0, 0), DROVER_ERR_CHILD);
    }
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_VCPU_START, 0, 0, 0), DROVER_ERR_CHILD);
}

static void registers_are_read_and_written_loaded_or_not(void **state)
{
    (void)state;
    example_wake(VMM);
    for (unsigned loaded = 0; loaded < 2; loaded++) {
        for (uint64_t reg = 0; reg < VCPU_REG_COUNT; reg++) {
            assert_int_equal(pd_call(VMM, SYS_VCPU_WRITE, GUEST_ID, reg, 1000 + reg), DROVER_OK);
        }
        for (uint64_t reg = 0; reg < VCPU_REG_COUNT; reg++) {
            assert_int_equal(pd_call(VMM, SYS_VCPU_READ, GUEST_ID, reg, 0), DROVER_OK);
            assert_int_equal(X(VMM, 1), 1000 + reg);
        }
        vcpu_load(&the_system.cpu, NULL);
    }
    assert_int_equal(pd_call(VMM, SYS_VCPU_READ, GUEST_ID, VCPU_REG_COUNT, 0), DROVER_ERR_ARGUMENT);
    assert_int_equal(pd_call(VMM, SYS_VCPU_WRITE, GUEST_ID, UINT64_MAX, 0), DROVER_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(start_runs_it_at_its_entry, start_guest),
        cmocka_unit_test_setup(privileged_pstate_is_filtered, start_guest),
        cmocka_unit_test_setup(abort_reaches_the_vmm_with_its_page_filled, start_guest),
        cmocka_unit_test_setup(permission_fault_walks_the_guests_tables, start_guest),
        cmocka_unit_test_setup(permission_fault_of_changed_tables_is_tried_again, start_guest),
        cmocka_unit_test_setup(an_abort_on_a_fetch_reaches_the_vmm, start_guest),
        cmocka_unit_test_setup(other_exceptions_reach_the_vmm, start_guest),
        cmocka_unit_test_setup(reply_resumes_with_what_the_vmm_wrote, start_guest),
        cmocka_unit_test_setup(without_reply_it_stays_faulted, start_guest),
        cmocka_unit_test_setup(serror_of_a_guest_goes_back_to_it, start_guest),
        cmocka_unit_test_setup(a_start_forgets_an_serror, start_guest),
        cmocka_unit_test_setup(stop_and_start_while_ready, start_guest),
        cmocka_unit_test_setup(start_while_ready, start_guest),
        cmocka_unit_test_setup(stop_while_faulted, start_guest),
        cmocka_unit_test_setup(start_while_faulted, start_guest),
        cmocka_unit_test_setup(stop_while_its_fault_waits, start_guest),
        cmocka_unit_test_setup(stop_while_asleep, start_guest),
        cmocka_unit_test_setup(start_while_asleep, start_guest),
        cmocka_unit_test_setup(only_own_vcpus_are_named, start_guest),
        cmocka_unit_test_setup(registers_are_read_and_written_loaded_or_not, start_guest),
    };
    return cmocka_run_group_tests_name("kernel: vCPUs", tests, NULL, NULL);
}
