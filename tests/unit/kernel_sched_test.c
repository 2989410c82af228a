/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Who runs: priorities, turns among equals, preemption.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "system.h"
#include "timer.h"

#define PD_ENTRY(prio)                                                                             \
    {                                                                                              \
        .priority = (prio), .budget_us = 100, .period_us = 100, .parent = MANIFEST_NONE            \
    }

/* 0 is the most urgent; 1, 2 and 3 are equals; 4 is the least. */
static const struct manifest_pd pds[] = {
    PD_ENTRY(200), PD_ENTRY(100), PD_ENTRY(100), PD_ENTRY(100), PD_ENTRY(0),
};
/* Channel i of PD 0 leads to PD i, channel 0 of every PD to PD 0. */
static const struct manifest_channel channels[] = {
    {0, 1, 1, 0, 1, 0}, {0, 2, 2, 0, 1, 0}, {0, 3, 3, 0, 1, 0}, {0, 4, 4, 0, 1, 0},
    {1, 0, 0, 1, 1, 0}, {2, 0, 0, 2, 1, 0}, {3, 0, 0, 3, 1, 0}, {4, 0, 0, 4, 1, 0},
    {4, 1, 1, 4, 1, 0}, {4, 2, 2, 4, 1, 0}, {1, 1, 2, 1, 1, 0},
};
static const struct manifest_irq irqs[] = {
    {.intid = 40, .kind = VM_IRQ_CHANNEL, .owner = 0, .channel = 9}};
static const struct description system_of_five = {
    .pds = pds,
    .pd_count = 5,
    .channels = channels,
    .channel_count = 11,
    .irqs = irqs,
    .irq_count = 1,
};

static int boot(void **state)
{
    (void)state;
    system_boot(&system_of_five);
    return 0;
}

static void assert_runs(unsigned pd)
{
    assert_ptr_equal(running(), &PD(pd)->thread);
}

static void most_urgent_runs_first(void **state)
{
    (void)state;
    assert_runs(0);
    assert_int_equal(the_system.cpu.ready.top, 100);
}

static void next_is_in_order_of_arrival_among_equals(void **state)
{
    (void)state;
    pd_wait(0);
    assert_runs(1);
    pd_wait(1);
    assert_runs(2);
    pd_wait(2);
    assert_runs(3);
    assert_int_equal(the_system.cpu.ready.top, 0);
    pd_wait(3);
    assert_runs(4);
    assert_int_equal(the_system.cpu.ready.top, -1);
    pd_wait(4);
    assert_null(running());
}

static void preempted_keeps_its_place_in_front(void **state)
{
    (void)state;
    pd_wait(0);
    pd_call(1, SYS_NOTIFY, 0, 0, 0);
    assert_runs(0);
    assert_ptr_equal(the_system.cpu.ready.first, &PD(1)->thread);
    pd_wait(0);
    assert_runs(1);
}

static void waking_an_equal_does_not_preempt(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        pd_wait(i);
    }
    pd_call(4, SYS_NOTIFY, 1, 0, 0);
    assert_runs(1);
    device_raise(40);
    assert_runs(0);
    pd_call(0, SYS_NOTIFY, 2, 0, 0);
    pd_wait(0);
    assert_runs(1);
    pd_wait(1);
    assert_runs(2);
}

static void a_lone_thread_has_no_timer(void **state)
{
    (void)state;
    system_boot_idle(&system_of_five);
    system_time(1000);
    device_raise(40);
    assert_runs(0);
    assert_int_equal(the_system.cpu.on_switch, 0);
    assert_int_equal(fake_sysregs.cnthp_ctl_el2, 0);
}

static void equals_take_turns(void **state)
{
    (void)state;
    pd_wait(0);
    assert_runs(1);
    system_time(99);
    assert_runs(1);
    system_time(100);
    assert_runs(2);
    system_time(200);
    assert_runs(3);
    system_time(300);
    assert_runs(1);
}

/* A passive PD that finds something in its wait is chosen anew, as its time may be another's. */
static void equals_take_turns_after_a_wait_of_a_passive_pd(void **state)
{
    (void)state;
    system_boot_idle(&system_of_five);
    PD(1)->is_passive = true;
    system_time(1000);
    device_raise(40);
    pd_call(0, SYS_NOTIFY, 1, 0, 0);
    pd_wait(0);
    assert_runs(1);
    PD(1)->pending = 1;
    pd_call(1, SYS_WAIT, DEFERRED_NOTIFY | 1, 0, 0);
    assert_runs(1);
    system_time(1100);
    assert_runs(2);
}

static void a_turn_does_not_pass_to_the_less_urgent(void **state)
{
    (void)state;
    pd_wait(0);
    pd_wait(1);
    pd_wait(2);
    assert_runs(3);
    system_time(1000);
    assert_runs(3);
    assert_int_equal(fake_sysregs.cnthp_ctl_el2, 0);
}

static void a_turn_ends_while_a_more_urgent_thread_wakes(void **state)
{
    (void)state;
    pd_wait(0);
    fake_sysregs.cntpct_el0 = 100;
    gic.level[40] = true;
    system_interrupts();
    assert_runs(0);
    pd_wait(0);
    assert_true(running() == &PD(1)->thread || running() == &PD(2)->thread);
}

static void an_interrupt_ends_idling(void **state)
{
    (void)state;
    system_boot_idle(&system_of_five);
    device_raise(40);
    assert_runs(0);
    assert_int_equal(PD(0)->frame.x[0], 1ull << 9);
}

static void of_two_that_wake_the_more_urgent_runs(void **state)
{
    (void)state;
    system_boot_idle(&system_of_five);
    device_raise(40);
    pd_call(0, SYS_NOTIFY, 4, 0, 0);
    pd_call(0, SYS_NOTIFY, 2, 0, 0);
    pd_wait(0);
    assert_runs(2);
    pd_wait(2);
    assert_runs(4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(most_urgent_runs_first, boot),
        cmocka_unit_test_setup(next_is_in_order_of_arrival_among_equals, boot),
        cmocka_unit_test_setup(preempted_keeps_its_place_in_front, boot),
        cmocka_unit_test_setup(waking_an_equal_does_not_preempt, boot),
        cmocka_unit_test_setup(a_lone_thread_has_no_timer, boot),
        cmocka_unit_test_setup(equals_take_turns, boot),
        cmocka_unit_test_setup(equals_take_turns_after_a_wait_of_a_passive_pd, boot),
        cmocka_unit_test_setup(a_turn_does_not_pass_to_the_less_urgent, boot),
        cmocka_unit_test_setup(a_turn_ends_while_a_more_urgent_thread_wakes, boot),
        cmocka_unit_test_setup(an_interrupt_ends_idling, boot),
        cmocka_unit_test_setup(of_two_that_wake_the_more_urgent_runs, boot),
    };
    return cmocka_run_group_tests_name("kernel: scheduling", tests, NULL, NULL);
}
