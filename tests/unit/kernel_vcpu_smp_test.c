/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Two vCPUs of one VM on one core: interrupts between them, each one's own timers, FP registers and
 * translations.
 */
#include "assertions.h"

#define SOFT       100u
#define CTL_ENABLE 1
#define ENABLED    VIRQ_CONFIG_ENABLE

void fpu_save(struct fpu_state *state);

static void an_sgi_wakes_a_sibling_and_names_its_source(void **state)
{
    (void)state;
    uint32_t sgi = 5 | INJECT_SOURCE((uint32_t)SIBLING_ID);

    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, sgi, 0), DROVER_OK);
    assert_guest_runs(SIBLING);
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    guest_serves(5 | SIBLING_ID << 10);
    guest_finds_nothing();
}

static void requests_reach_every_vcpu(void **state)
{
    (void)state;
    example_wake(VMM);
    for (unsigned vcpu = GUEST; vcpu <= SIBLING; vcpu++) {
        VCPU(vcpu)->page->inject[0] = SOFT + vcpu;
        VCPU(vcpu)->page->inject_count = 1;
    }
    PD(VMM)->message->vcpu_requests = 1 << GUEST_ID | 1 << SIBLING_ID;
    pd_wait(VMM);
    assert_guest_runs(SIBLING);
    guest_serves(SOFT + SIBLING);
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    guest_serves(SOFT + GUEST);
}

/* Its time is up while the kernel takes the trap: no timer interrupt tells of that. */
static void a_turn_that_ends_in_a_trap_has_ended(void **state)
{
    (void)state;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    assert_guest_runs(SIBLING);
    system_time(fake_sysregs.cntpct_el0 + 10);
    example_trap();
    pd_answer(VMM);
    assert_guest_runs(SIBLING);
    fake_sysregs.cntpct_el0 += 100; /* a turn */
    example_trap();
    pd_answer(VMM);
    assert_guest_runs(GUEST);
}

/* A trap is no end of a turn; a turn has its end for who traps all the time. */
static void a_vcpu_that_traps_keeps_its_turn(void **state)
{
    (void)state;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    vcpu_wfi(SIBLING);
    vmm_asks(SIBLING, SYS_VIRQ_INJECT, SOFT, 0); /* both are ready */
    unsigned first = running() == &VCPU(GUEST)->thread ? GUEST : SIBLING;
    uint64_t start = fake_sysregs.cntpct_el0;
    unsigned turns = 0;
    while (running() == &VCPU(first)->thread) {
        system_time(fake_sysregs.cntpct_el0 + 10);
        if (running() == &VCPU(first)->thread) {
            example_trap();
            pd_answer(VMM);
        }
        turns++;
    }
    assert_guest_runs(GUEST + SIBLING - first);
    assert_in_range(turns, 5, 20);
    assert_in_range(fake_sysregs.cntpct_el0 - start, 50, 200); /* a turn is 100 us */
}

/* ... nor is it one that its VMM notifies somebody as it answers. */
static void a_vcpu_whose_trap_wakes_another_keeps_its_turn(void **state)
{
    (void)state;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    vcpu_wfi(SIBLING);
    vmm_asks(SIBLING, SYS_VIRQ_INJECT, SOFT, 0); /* both are ready */
    unsigned first = running() == &VCPU(GUEST)->thread ? GUEST : SIBLING;
    for (unsigned i = 0; i < 3; i++) {
        system_time(fake_sysregs.cntpct_el0 + 10);
        example_trap();
        pd_call(VMM, SYS_REPLY_WAIT, DEFERRED_NOTIFY | TO_SERVER, 0, 0);
        assert_runs(SERVER);
        pd_wait(SERVER);
        assert_guest_runs(first);
    }
    system_time(fake_sysregs.cntpct_el0 + 100); /* a turn */
    assert_guest_runs(GUEST + SIBLING - first);
}

/* What is left of the VMM's time, who has no equal, ends without anybody's turn: it must not end
 * again at each trap. */
static void time_of_who_has_no_equal_ends_once(void **state)
{
    (void)state;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    vcpu_wfi(SIBLING);
    vmm_asks(SIBLING, SYS_VIRQ_INJECT, SOFT, 0); /* both are ready */
    system_time(fake_sysregs.cntpct_el0 + 10);
    PD(VMM)->budget.amount = 1;
    example_trap();
    assert_runs(VMM);
    system_time(fake_sysregs.cntpct_el0 + 2);
    assert_runs(VMM);
    assert_int_equal(PD(VMM)->budget.amount, PD(VMM)->budget.size);
    pd_answer(VMM);
    example_trap();
    assert_true(fake_sysregs.cnthp_cval_el2 > fake_sysregs.cntpct_el0 + 10);
}

static void more_than_list_registers_for_a_vcpu_that_is_not_loaded(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t word = (SOFT + i) | INJECT_PRIORITY((19 - i) * 8);
        assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, word, 0), DROVER_OK);
    }
    guest_finds_nothing();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    for (uint32_t i = 20; i-- > 0;) {
        guest_serves(SOFT + i);
    }
    guest_finds_nothing();
}

/* The physical number in a list register is the kernel's: what a VMM asks for leaves it alone. */
static void a_report_asked_for_leaves_a_hardware_interrupt_alone(void **state)
{
    (void)state;
    device_pulse(VMM_EDGE_IRQ);
    pd_wait(VMM);
    inject(SOFT | INJECT_HW | INJECT_CHANNEL((uint32_t)VMM_EDGE_CHANNEL));
    assert_int_equal(gicv_acknowledge(), SOFT);
    inject(SOFT | INJECT_EOI);
    assert_false(gic.latched[VMM_EDGE_IRQ + 512]);
    gicv_end(SOFT);
    assert_false(gic.active[VMM_EDGE_IRQ]);
}

/* ---- Timers ---- */

static void timer_enable(unsigned vcpu)
{
    assert_int_equal(vmm_asks(vcpu, SYS_VIRQ_CONFIG, VTIMER, ENABLED), DROVER_OK);
}

static void timers_of_siblings_do_not_mix(void **state)
{
    (void)state;
    timer_enable(GUEST);
    timer_enable(SIBLING);
    assert_int_equal(vmm_asks(GUEST, SYS_VCPU_WRITE, VCPU_REG_CNTV_CVAL_EL0, 500), DROVER_OK);
    assert_int_equal(vmm_asks(GUEST, SYS_VCPU_WRITE, VCPU_REG_CNTV_CTL_EL0, CTL_ENABLE), DROVER_OK);
    system_time(499);
    assert_int_equal(VCPU(GUEST)->thread.state, THREAD_WFI);
    system_time(500);
    guest_finds_nothing();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    assert_int_equal(gicv_acknowledge(), VTIMER);
}

static void a_timer_that_a_guest_pends_is_its_own(void **state)
{
    (void)state;
    timer_enable(SIBLING);
    assert_int_equal(virq_op(PTIMER, VIRQ_OP_SET_PENDING), 0); /* not enabled: it stays there */
    assert_int_equal(state_of(PTIMER), VIRQ_STATE_PENDING);
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    assert_int_equal(state_of(PTIMER), 0);
    assert_false(gic.latched[PTIMER]);
    guest_serves(SOFT);
    assert_int_equal(vmm_asks(SIBLING, SYS_VIRQ_CONFIG, PTIMER, ENABLED), DROVER_OK);
    system_interrupts(); /* wakes it */
    vcpu_wfi(GUEST);
    assert_guest_runs(SIBLING);
    guest_serves(PTIMER);
    assert_int_equal(state_of(PTIMER), 0);
}

static void a_timer_pended_while_not_loaded_wakes(void **state)
{
    (void)state;
    timer_enable(GUEST);
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_UPDATE, VTIMER, VIRQ_OP_SET_PENDING), DROVER_OK);
    system_interrupts();
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    guest_serves(VTIMER);
    guest_finds_nothing();
}

static void the_state_of_a_timer_that_is_not_loaded_is_seen(void **state)
{
    (void)state;
    vmm_asks(GUEST, SYS_VCPU_WRITE, VCPU_REG_CNTP_CVAL_EL0, 500);
    vmm_asks(GUEST, SYS_VCPU_WRITE, VCPU_REG_CNTP_CTL_EL0, CTL_ENABLE);
    for (unsigned is_due = 0; is_due < 2; is_due++) {
        system_time(499 + is_due);
        example_wake(VMM);
        pd_call(VMM, SYS_VIRQ_STATE, GUEST_ID, 0, 0);
        assert_int_equal(PD(VMM)->frame.x[1] >> PTIMER & 1, is_due);
        pd_wait(VMM);
    }
}

static void a_start_forgets_the_timer_of_before(void **state)
{
    (void)state;
    timer_enable(SIBLING);
    fake_sysregs.cntv_ctl_el0 = CTL_ENABLE;
    system_interrupts();
    example_wake(VMM);
    assert_int_equal(pd_call(VMM, SYS_VCPU_STOP, SIBLING_ID, 0, 0), DROVER_OK);
    pd_call(VMM, SYS_VCPU_WRITE, SIBLING_ID, VCPU_REG_CNTV_CTL_EL0, 0);
    assert_int_equal(pd_call(VMM, SYS_VCPU_START, SIBLING_ID, 0x40000000, 0), DROVER_OK);
    pd_wait(VMM);
    assert_guest_runs(SIBLING);
    guest_finds_nothing();
    assert_false(gic.active[VTIMER]);
}

/* ---- What a core caches ---- */

static void translations_are_forgotten_between_siblings(void **state)
{
    (void)state;
    VCPU(GUEST)->thread.vttbr = 0x81000000;
    fake_forgotten_vttbr = 0;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    assert_int_equal(fake_forgotten_vttbr, 0); /* SIBLING stays loaded */
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_forgotten_vttbr, 0x81000000);
}

/* But not over a start: it may be another guest's memory by then. */
static void a_vm_with_one_vcpu_keeps_its_translations(void **state)
{
    (void)state;
    VCPU(GUEST2)->thread.vttbr = 0x82000000;
    PD(VMM2)->thread.vttbr = 0x83000000;
    vcpu_wfi(SIBLING);
    example_wake(VMM2);
    fake_forgotten_vttbr = 0;
    assert_int_equal(pd_call(VMM2, SYS_VCPU_START, 0, 0x40000000, 0), DROVER_OK);
    assert_int_equal(fake_forgotten_vttbr, 0x82000000);
    assert_int_equal(fake_sysregs.vttbr_el2, 0x83000000); /* VMM2 runs on */
    fake_forgotten_vttbr = 0;
    pd_wait(VMM2);
    assert_guest_runs(GUEST2);
    assert_int_equal(fake_forgotten_vttbr, 0);
}

static void fp_registers_are_each_vcpus(void **state)
{
    (void)state;
    system_exception((uint64_t)ESR_EC_FP << 26);
    machine.fpu.v[7] = 77;
    assert_int_equal(vmm_asks(GUEST, SYS_VIRQ_INJECT, SOFT, 0), DROVER_OK);
    vcpu_wfi(SIBLING);
    assert_guest_runs(GUEST);
    assert_int_equal(fake_sysregs.cptr_el2, CPTR_VALUE | CPTR_TFP);
    system_exception((uint64_t)ESR_EC_FP << 26);
    assert_int_equal(machine.fpu.v[7], 0);
    assert_int_equal(VCPU(SIBLING)->fpu.v[7], 77);
    assert_int_equal(fake_sysregs.cptr_el2, CPTR_VALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_sgi_wakes_a_sibling_and_names_its_source, start_both),
        cmocka_unit_test_setup(requests_reach_every_vcpu, start_both),
        cmocka_unit_test_setup(a_turn_that_ends_in_a_trap_has_ended, start_both),
        cmocka_unit_test_setup(a_vcpu_that_traps_keeps_its_turn, start_both),
        cmocka_unit_test_setup(a_vcpu_whose_trap_wakes_another_keeps_its_turn, start_both),
        cmocka_unit_test_setup(time_of_who_has_no_equal_ends_once, start_both),
        cmocka_unit_test_setup(more_than_list_registers_for_a_vcpu_that_is_not_loaded, start_both),
        cmocka_unit_test_setup(a_report_asked_for_leaves_a_hardware_interrupt_alone, start_guest),
        cmocka_unit_test_setup(timers_of_siblings_do_not_mix, start_both),
        cmocka_unit_test_setup(a_timer_that_a_guest_pends_is_its_own, start_both),
        cmocka_unit_test_setup(a_timer_pended_while_not_loaded_wakes, start_both),
        cmocka_unit_test_setup(the_state_of_a_timer_that_is_not_loaded_is_seen, start_both),
        cmocka_unit_test_setup(a_start_forgets_the_timer_of_before, start_both),
        cmocka_unit_test_setup(translations_are_forgotten_between_siblings, start_both),
        cmocka_unit_test_setup(a_vm_with_one_vcpu_keeps_its_translations, start_both),
        cmocka_unit_test_setup(fp_registers_are_each_vcpus, start_both),
    };
    return cmocka_run_group_tests_name("kernel: several vCPUs of a VM", tests, NULL, NULL);
}
