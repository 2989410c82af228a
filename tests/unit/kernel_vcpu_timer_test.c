/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * The timers of guests, loaded and not.
 */
#include "assertions.h"

#define CTL_ENABLE 1
#define CTL_IMASK  2

/* The running guest enables the interrupt of a timer in its distributor, and sets the timer. */
static void set_vtimer(uint64_t cval)
{
    example_ask(SYS_VIRQ_CONFIG, VTIMER, VIRQ_CONFIG_ENABLE | 0x80);
    fake_sysregs.cntv_cval_el0 = cval;
    fake_sysregs.cntv_ctl_el0 = CTL_ENABLE;
}

static void set_ptimer(uint64_t cval)
{
    example_ask(SYS_VIRQ_CONFIG, PTIMER, VIRQ_CONFIG_ENABLE | 0x80);
    fake_sysregs.cntp_cval_el0 = cval;
    fake_sysregs.cntp_ctl_el0 = CTL_ENABLE;
}

/* The guest's handler: turns the timer off, or sets it anew. */
static void serve_vtimer(void)
{
    assert_int_equal(gicv_acknowledge(), VTIMER);
    fake_sysregs.cntv_ctl_el0 = 0;
    gicv_end(VTIMER);
    assert_false(gic.active[VTIMER]);
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

/* Both guests run: GUEST was first, set its timer, and sleeps; GUEST2 is loaded. */
static void switch_to_other_guest(void)
{
    vcpu_wfi(GUEST);
    example_start(GUEST2);
    assert_false(VCPU(GUEST)->is_loaded);
}

static void both_timers_reach_the_loaded_guest(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    set_ptimer(600);
    system_time(499);
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
    system_time(500);
    serve_vtimer();
    system_time(600);
    assert_int_equal(gicv_acknowledge(), PTIMER);
}

static void a_timer_wakes_a_sleeping_guest(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    vcpu_wfi(GUEST);
    assert_null(running());
    system_time(500);
    assert_guest_runs(GUEST);
    serve_vtimer();
}

static void a_timer_that_the_guest_disabled_does_not_fire(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    example_ask(SYS_VIRQ_CONFIG, VTIMER, 0);
    system_time(600);
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
    example_ask(SYS_VIRQ_CONFIG, VTIMER, VIRQ_CONFIG_ENABLE);
    system_interrupts();
    serve_vtimer();
}

static void the_timer_of_a_guest_that_is_not_loaded_fires(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    switch_to_other_guest();
    system_time(499);
    assert_guest_runs(GUEST2);
    system_time(500);
    assert_guest_runs(GUEST);
    serve_vtimer();
}

static void timers_of_two_guests_do_not_mix(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    switch_to_other_guest();
    set_vtimer(300);
    system_time(300);
    assert_guest_runs(GUEST2);
    serve_vtimer();
    system_time(500);
    assert_guest_runs(GUEST);
    serve_vtimer();
    assert_int_equal(gicv_acknowledge(), GIC_SPURIOUS);
}

static void a_timer_due_at_the_switch_is_not_lost(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    fake_sysregs.cntpct_el0 = 400;
    vcpu_wfi(GUEST);
    fake_sysregs.cntpct_el0 = 700; /* before the kernel takes the interrupt, the other guest runs */
    gic.enabled[VTIMER] = false;
    example_start(GUEST2);
    system_interrupts();
    assert_guest_runs(GUEST);
    serve_vtimer();
}

static void a_masked_timer_does_not_fire_while_not_loaded(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    fake_sysregs.cntv_ctl_el0 = CTL_ENABLE | CTL_IMASK;
    switch_to_other_guest();
    system_time(1000);
    assert_guest_runs(GUEST2);
}

static void a_timer_in_its_handler_survives_the_switch(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    system_time(500);
    assert_int_equal(gicv_acknowledge(), VTIMER);
    switch_to_other_guest();
    assert_false(gic.active[VTIMER]);
    system_time(1000);
    assert_guest_runs(GUEST2); /* active, so it does not come again */
    example_wake(VMM);
    pd_call(VMM, SYS_VIRQ_INJECT, GUEST_ID, 100, 0); /* wakes it */
    pd_wait(VMM);
    assert_guest_runs(GUEST);
    assert_true(gic.active[VTIMER]);
    fake_sysregs.cntv_ctl_el0 = 0;
    gicv_end(VTIMER);
    assert_false(gic.active[VTIMER]);
}

static void virtual_time_has_its_offset(void **state)
{
    (void)state;
    example_start(GUEST);
    example_ask(SYS_VCPU_WRITE, VCPU_REG_CNTVOFF_EL2, 1000);
    fake_sysregs.cntpct_el0 = 1000;
    set_vtimer(500);
    switch_to_other_guest();
    system_time(1499);
    assert_guest_runs(GUEST2);
    system_time(1500);
    assert_guest_runs(GUEST);
    serve_vtimer();
}

/* CNTVCT_EL0 is for every PD to read. */
static void virtual_time_of_pds_has_no_offset(void **state)
{
    (void)state;
    example_start(GUEST);
    fake_sysregs.cntpct_el0 = 1000;
    example_trap();
    pd_call(VMM, SYS_VCPU_WRITE, GUEST_ID, VCPU_REG_CNTVOFF_EL2, 1000);
    assert_int_equal(fake_sysregs.cntvoff_el2, 0);
    pd_answer(VMM);
    assert_int_equal(fake_sysregs.cntvoff_el2, 1000);
    set_vtimer(500);
    example_trap();
    assert_int_equal(fake_sysregs.cntvoff_el2, 0);
    pd_call(VMM, SYS_VCPU_READ, GUEST_ID, VCPU_REG_CNTVOFF_EL2, 0);
    assert_int_equal(PD(VMM)->frame.x[1], 1000);
    pd_answer(VMM);
    vcpu_wfi(GUEST);
    example_wake(CLIENT);
    assert_int_equal(fake_sysregs.cntvoff_el2, 0);
    system_time(1499);
    assert_int_equal(VCPU(GUEST)->thread.state, THREAD_WFI);
    system_time(1500);
    pd_wait(CLIENT);
    assert_guest_runs(GUEST);
    serve_vtimer();
}

static void a_virtual_timer_that_never_comes_does_not_come_early(void **state)
{
    (void)state;
    example_start(GUEST);
    example_ask(SYS_VCPU_WRITE, VCPU_REG_CNTVOFF_EL2, 1000);
    fake_sysregs.cntpct_el0 = 1000;
    set_vtimer(UINT64_MAX);
    switch_to_other_guest();
    system_time(2000);
    assert_guest_runs(GUEST2);
}

static void virtual_time_may_be_ahead(void **state)
{
    (void)state;
    example_start(GUEST);
    example_ask(SYS_VCPU_WRITE, VCPU_REG_CNTVOFF_EL2, (uint64_t)-1000);
    set_vtimer(1500);
    switch_to_other_guest();
    system_time(499);
    assert_guest_runs(GUEST2);
    system_time(500);
    assert_guest_runs(GUEST);
}

static void timers_of_two_sleeping_guests_fire_together(void **state)
{
    (void)state;
    example_start(GUEST);
    set_vtimer(500);
    switch_to_other_guest();
    set_vtimer(500);
    vcpu_wfi(GUEST2);
    vcpu_load(&the_system.cpu, NULL);
    system_time(500);
    assert_guest_runs(GUEST);
    serve_vtimer();
    vcpu_wfi(GUEST);
    assert_guest_runs(GUEST2);
    serve_vtimer();
}

static void a_gic_without_the_lines_of_timers(void **state)
{
    static struct description small;

    (void)state;
    small = example;
    small.irq_count = 0;
    small.irq_lines = PTIMER;
    system_boot_idle(&small);
    example_start(GUEST);
    set_vtimer(500);
    system_time(500);
    serve_vtimer();
    assert_int_equal(error_of(SYS_VIRQ_CONFIG, PTIMER, VIRQ_CONFIG_ENABLE), DROVER_ERR_ARGUMENT);
}

static void registers_of_two_guests_do_not_mix(void **state)
{
    (void)state;
    example_start(GUEST);
    fake_sysregs.ttbr0_el1 = 0x1000;
    fake_sysregs.csselr_el1 = 1;
    fake_sysregs.sctlr_el1 = 0x1001;
    vcpu_wfi(GUEST);
    example_start(GUEST2);
    assert_int_equal(fake_sysregs.ttbr0_el1, 0);
    assert_int_equal(fake_sysregs.csselr_el1, 0);
    assert_int_not_equal(fake_sysregs.sctlr_el1, 0x1001);
    example_wake(VMM);
    assert_int_equal(pd_call(VMM, SYS_VCPU_READ, GUEST_ID, VCPU_REG_TTBR0_EL1, 0), DROVER_OK);
    assert_int_equal(PD(VMM)->frame.x[1], 0x1000);
    assert_int_equal(fake_sysregs.sctlr_el1, SCTLR_EL1_PD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_timers_reach_the_loaded_guest, example_boot),
        cmocka_unit_test_setup(a_timer_wakes_a_sleeping_guest, example_boot),
        cmocka_unit_test_setup(a_timer_that_the_guest_disabled_does_not_fire, example_boot),
        cmocka_unit_test_setup(the_timer_of_a_guest_that_is_not_loaded_fires, example_boot),
        cmocka_unit_test_setup(timers_of_two_guests_do_not_mix, example_boot),
        cmocka_unit_test_setup(a_timer_due_at_the_switch_is_not_lost, example_boot),
        cmocka_unit_test_setup(a_masked_timer_does_not_fire_while_not_loaded, example_boot),
        cmocka_unit_test_setup(a_timer_in_its_handler_survives_the_switch, example_boot),
        cmocka_unit_test_setup(virtual_time_has_its_offset, example_boot),
        cmocka_unit_test_setup(virtual_time_of_pds_has_no_offset, example_boot),
        cmocka_unit_test_setup(a_virtual_timer_that_never_comes_does_not_come_early, example_boot),
        cmocka_unit_test_setup(virtual_time_may_be_ahead, example_boot),
        cmocka_unit_test_setup(timers_of_two_sleeping_guests_fire_together, example_boot),
        cmocka_unit_test(a_gic_without_the_lines_of_timers),
        cmocka_unit_test_setup(registers_of_two_guests_do_not_mix, example_boot),
    };
    return cmocka_run_group_tests_name("kernel: timers of guests", tests, NULL, NULL);
}
