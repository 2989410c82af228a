/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Budgets below their period, passive servers on their callers' time, and domains: who may run
 * when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "system.h"

#define ALWAYS .budget_us = 100, .period_us = 100
#define PART   .budget_us = 100, .period_us = 1000

enum { FRONT, BACK, CLIENT, LIMITED, HOG, PD_COUNT };

/* FRONT and BACK are passive; CLIENT and LIMITED call FRONT, which calls BACK. A vCPU of HOG. */
static const struct manifest_pd pds[] = {
    [FRONT] = {.priority = 150, .parent = MANIFEST_NONE, .passive = 1, ALWAYS},
    [BACK] = {.priority = 200, .parent = MANIFEST_NONE, .passive = 1, ALWAYS},
    [CLIENT] = {.priority = 100, .parent = MANIFEST_NONE, ALWAYS},
    [LIMITED] = {.priority = 50, .parent = MANIFEST_NONE, PART},
    [HOG] = {.priority = 10, .parent = MANIFEST_NONE, .vcpu_count = 1, ALWAYS},
};
static const struct manifest_vcpu vcpus[] = {{.pd = HOG, .priority = 5, PART}};

#define TO_FRONT     0
#define TO_BACK      1
#define FROM_CLIENT  2
#define FROM_LIMITED 3
#define FROM_FRONT   4

static const struct manifest_channel channels[] = {
    {FRONT, TO_BACK, BACK, FROM_FRONT, 1, 1},
    {FRONT, FROM_CLIENT, CLIENT, TO_FRONT, 1, 0},
    {FRONT, FROM_LIMITED, LIMITED, TO_FRONT, 1, 0},
    {BACK, FROM_FRONT, FRONT, TO_BACK, 1, 0},
    {CLIENT, TO_FRONT, FRONT, FROM_CLIENT, 1, 1},
    {LIMITED, TO_FRONT, FRONT, FROM_LIMITED, 1, 1},
    {HOG, TO_FRONT, FRONT, 5, 1, 0},
};
static const struct manifest_slot slots[] = {{HOG, 0, SLOT_TCB, LIMITED},
                                             {HOG, 1, SLOT_TCB, FRONT}};
static const struct manifest_irq irqs[] = {
    {.intid = 40, .kind = VM_IRQ_CHANNEL, .owner = CLIENT, .channel = 9},
    {.intid = 41, .kind = VM_IRQ_CHANNEL, .owner = LIMITED, .channel = 9},
    {.intid = 42, .kind = VM_IRQ_CHANNEL, .owner = HOG, .channel = 9},
};

#define SYSTEM                                                                                     \
    .pds = pds, .pd_count = PD_COUNT, .vcpus = vcpus, .vcpu_count = 1, .channels = channels,       \
    .channel_count = 7, .slots = slots, .slot_count = 2, .irqs = irqs, .irq_count = 3

static const struct description limited_system = {SYSTEM};

static int boot(void **state)
{
    (void)state;
    system_boot_idle(&limited_system);
    return 0;
}

static void assert_runs(unsigned pd)
{
    assert_ptr_equal(running(), &PD(pd)->thread);
}

/* The PD's interrupt wakes it. */
static void wake(unsigned pd)
{
    static const uint32_t irq_of[] = {[CLIENT] = 40, [LIMITED] = 41, [HOG] = 42};

    device_pulse(irq_of[pd]);
    gic.active[irq_of[pd]] = false;
}

/* ---- Budgets ---- */

static void a_used_up_budget_waits_for_its_period(void **state)
{
    (void)state;
    system_time(5000);
    wake(LIMITED);
    assert_runs(LIMITED);
    system_time(5099);
    assert_runs(LIMITED);
    system_time(5100);
    assert_null(running());
    system_time(5999);
    assert_null(running());
    system_time(6000);
    assert_runs(LIMITED);
    system_time(6100);
    assert_null(running());
    system_time(7000);
    assert_runs(LIMITED);
}

static void the_less_urgent_runs_meanwhile(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    assert_runs(LIMITED);
    system_time(100);
    assert_runs(HOG);
    system_time(1000);
    assert_runs(LIMITED);
    system_time(1100);
    assert_runs(HOG);
}

static void time_of_others_is_not_charged(void **state)
{
    (void)state;
    wake(LIMITED);
    system_time(50);
    wake(CLIENT);
    assert_runs(CLIENT);
    system_time(400);
    pd_wait(CLIENT);
    assert_runs(LIMITED);
    system_time(449);
    assert_runs(LIMITED);
    system_time(450);
    assert_null(running());
    system_time(1000); /* the first half is back */
    assert_runs(LIMITED);
    system_time(1050);
    assert_null(running());
    system_time(1399);
    assert_null(running());
    system_time(1400);
    assert_runs(LIMITED);
}

static void sleep_is_not_charged(void **state)
{
    (void)state;
    wake(LIMITED);
    system_time(30);
    pd_wait(LIMITED);
    assert_null(running());
    system_time(500);
    wake(LIMITED);
    system_time(569);
    assert_runs(LIMITED);
    system_time(570);
    assert_null(running());
}

static void waking_with_a_used_up_budget_has_to_wait(void **state)
{
    (void)state;
    wake(LIMITED);
    system_time(95);
    pd_wait(LIMITED); /* less than is worth a switch is left */
    wake(LIMITED);
    assert_null(running());
    system_time(1000);
    assert_runs(LIMITED);
}

static void a_vcpu_has_a_budget_as_well(void **state)
{
    (void)state;
    wake(HOG);
    pd_call(HOG, SYS_VCPU_START, 0, 0x40000000, 0);
    pd_wait(HOG);
    assert_ptr_equal(running(), &VCPU(0)->thread);
    system_time(100);
    assert_null(running());
    system_time(1000);
    assert_ptr_equal(running(), &VCPU(0)->thread);
}

static void stopping_a_thread_that_was_put_aside(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    system_time(100);
    assert_true(PD(LIMITED)->thread.is_parked);
    assert_int_equal(pd_call(HOG, SYS_PD_STOP, PD_SLOT(0), 0, 0), DROVER_OK);
    assert_false(PD(LIMITED)->thread.is_parked);
    system_time(3000);
    assert_runs(HOG);
    pd_call(HOG, SYS_PD_RESUME, PD_SLOT(0), 0, 0);
    assert_runs(LIMITED);
}

/* ---- Passive servers ---- */

static void call_front(unsigned from)
{
    pd_call(from, SYS_CALL, TO_FRONT, 0, 0);
    assert_runs(FRONT);
}

static void a_server_uses_its_callers_budget(void **state)
{
    (void)state;
    wake(LIMITED);
    call_front(LIMITED);
    system_time(60);
    pd_answer(FRONT);
    assert_runs(LIMITED);
    pd_wait(LIMITED);
    assert_int_equal(PD(LIMITED)->budget.amount, 40);
    assert_int_equal(PD(LIMITED)->budget.count, 1); /* used at a stretch, it comes back as one */
    assert_int_equal(PD(FRONT)->budget.amount, 100);
}

static void a_server_stops_when_its_callers_budget_is_used_up(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    call_front(LIMITED);
    system_time(100);
    assert_runs(HOG);
    wake(CLIENT);
    pd_call(CLIENT, SYS_CALL, TO_FRONT, 0, 0);
    assert_runs(HOG); /* the server is not its own master */
    system_time(1000);
    assert_runs(FRONT);
    pd_answer(FRONT);
    assert_runs(FRONT); /* on the client's time now */
    assert_int_equal(PD(FRONT)->frame.x[0], EVENT_CALL | FROM_CLIENT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(CLIENT)->budget);
    pd_answer(FRONT);
    assert_runs(CLIENT);
}

static void nested_calls_pass_the_time_on(void **state)
{
    (void)state;
    wake(LIMITED);
    call_front(LIMITED);
    system_time(20);
    pd_call(FRONT, SYS_CALL, TO_BACK, 0, 0);
    assert_runs(BACK);
    assert_ptr_equal(PD(BACK)->thread.payer, &PD(LIMITED)->budget);
    system_time(50);
    pd_answer(BACK);
    assert_runs(FRONT);
    system_time(70);
    pd_answer(FRONT);
    assert_runs(LIMITED);
    pd_wait(LIMITED);
    assert_int_equal(PD(LIMITED)->budget.amount, 30);
    assert_int_equal(PD(FRONT)->budget.amount, 100);
    assert_int_equal(PD(BACK)->budget.amount, 100);
}

static void a_notification_is_served_on_the_servers_own_time(void **state)
{
    (void)state;
    wake(LIMITED);
    call_front(LIMITED);
    pd_answer(FRONT);
    pd_call(LIMITED, SYS_NOTIFY, TO_FRONT, 0, 0);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
    system_time(90);
    pd_wait(FRONT);
    assert_int_equal(PD(LIMITED)->budget.amount, 100);
    assert_int_equal(PD(FRONT)->budget.amount, 10);
}

static void a_notification_that_was_pending_too(void **state)
{
    (void)state;
    wake(LIMITED);
    call_front(LIMITED);
    PD(FRONT)->pending = 1;
    pd_answer(FRONT);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
}

static void the_caller_is_stopped_while_the_server_runs_on_its_time(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    call_front(LIMITED);
    system_time(100);
    assert_runs(HOG);
    pd_call(HOG, SYS_PD_STOP, PD_SLOT(0), 0, 0);
    assert_null(PD(FRONT)->caller);
    system_time(1000);
    assert_runs(FRONT); /* it goes on when that time has come back */
    pd_answer(FRONT);
    assert_runs(HOG);
    pd_call(HOG, SYS_NOTIFY, TO_FRONT, 0, 0);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
    pd_wait(FRONT);
    pd_call(HOG, SYS_PD_RESUME, PD_SLOT(0), 0, 0);
    assert_runs(LIMITED);
}

static void a_server_that_is_started_anew_has_its_own_time(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    call_front(LIMITED);
    system_time(100);
    assert_runs(HOG);
    pd_call(HOG, SYS_PD_RESTART, PD_SLOT(1), PD_IMAGE_VA, 0);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
}

static void a_server_that_gets_new_registers_too(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    call_front(LIMITED);
    system_time(100);
    assert_runs(HOG);
    pd_call(HOG, SYS_PD_WRITE, PD_SLOT(1), PD_REGISTERS_RESUME, 0);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
}

static void a_server_waits_anew_on_its_own_time(void **state)
{
    (void)state;
    wake(HOG);
    wake(LIMITED);
    call_front(LIMITED);
    pd_answer(FRONT);
    pd_wait(LIMITED);
    assert_runs(HOG);
    pd_call(HOG, SYS_PD_STOP, PD_SLOT(1), 0, 0);
    pd_call(HOG, SYS_PD_RESUME, PD_SLOT(1), 0, 0);
    assert_runs(FRONT);
    assert_ptr_equal(PD(FRONT)->thread.payer, &PD(FRONT)->budget);
}

/* ---- Domains ---- */

static const struct manifest_pd domain_pds[] = {
    {.priority = 100, .parent = MANIFEST_NONE, .domain = 3, ALWAYS},
    {.priority = 50, .parent = MANIFEST_NONE, .domain = 5, ALWAYS},
    {.priority = 50, .parent = MANIFEST_NONE, .domain = 5, ALWAYS},
};
static const struct manifest_channel domain_channels[] = {
    {0, 0, 1, 0, 1, 0},
    {1, 0, 0, 0, 1, 1},
    {2, 0, 0, 1, 1, 0},
    {0, 1, 2, 0, 1, 0},
};
static const struct manifest_irq domain_irqs[] = {
    {.intid = 40, .kind = VM_IRQ_CHANNEL, .owner = 0, .channel = 9}};
static const struct manifest_schedule schedule[] = {
    {3, DURATION_US, 1000}, {5, DURATION_TICKS, 500}, {5, DURATION_US, 500}, {7, DURATION_US, 250}};
static const struct description domain_system = {
    .pds = domain_pds,
    .pd_count = 3,
    .channels = domain_channels,
    .channel_count = 4,
    .irqs = domain_irqs,
    .irq_count = 1,
    .schedules = schedule,
    .schedule_count = 4,
};

static int boot_domains(void **state)
{
    (void)state;
    system_boot(&domain_system);
    return 0;
}

static void every_domain_runs_in_its_slots(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 3; round++) {
        uint64_t start = round * 2250;
        assert_runs(0);
        system_time(start + 999);
        assert_runs(0);
        system_time(start + 1000);
        assert_true(running() == &PD(1)->thread || running() == &PD(2)->thread);
        system_time(start + 1999);
        assert_true(running() == &PD(1)->thread || running() == &PD(2)->thread);
        system_time(start + 2000);
        assert_null(running()); /* nobody is in domain 7 */
        system_time(start + 2249);
        assert_null(running());
        system_time(start + 2250);
    }
}

static void equals_of_a_domain_take_turns(void **state)
{
    (void)state;
    system_time(1000);
    const struct thread *first = running();
    system_time(1100);
    assert_ptr_not_equal(running(), first);
    assert_non_null(running());
    system_time(1200);
    assert_ptr_equal(running(), first);
}

static void a_slot_is_not_lent_to_others(void **state)
{
    (void)state;
    pd_wait(0);
    assert_null(running());
    system_time(999);
    assert_null(running());
    system_time(1000);
    assert_non_null(running());
}

static void an_interrupt_for_another_domain_only_becomes_pending(void **state)
{
    (void)state;
    pd_wait(0);
    system_time(1000);
    const struct thread *first = running();
    device_pulse(40);
    assert_ptr_equal(running(), first);
    system_time(2249);
    assert_null(running());
    system_time(2250);
    assert_runs(0);
    assert_int_equal(PD(0)->frame.x[0], 1ull << 9);
}

static void a_call_is_served_in_the_slot_of_the_server(void **state)
{
    (void)state;
    pd_wait(0);
    system_time(1000);
    while (running() != &PD(1)->thread) {
        system_time(fake_sysregs.cntpct_el0 + 100);
    }
    pd_call(1, SYS_CALL, 0, 0, 0);
    assert_runs(2);
    system_time(2250);
    assert_runs(0);
    assert_int_equal(PD(0)->frame.x[0], EVENT_CALL | 0);
    pd_answer(0);
    assert_null(running());
    system_time(3250);
    assert_non_null(running());
    assert_int_equal(PD(1)->thread.state, THREAD_READY);
}

static void slots_that_were_slept_through_are_passed_over(void **state)
{
    (void)state;
    system_time(2250 * 1000ull + 1200);
    assert_int_equal(the_system.cpu.domain, 5);
    assert_non_null(running());
    system_time(2250 * 1001ull);
    assert_runs(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_used_up_budget_waits_for_its_period, boot),
        cmocka_unit_test_setup(the_less_urgent_runs_meanwhile, boot),
        cmocka_unit_test_setup(time_of_others_is_not_charged, boot),
        cmocka_unit_test_setup(sleep_is_not_charged, boot),
        cmocka_unit_test_setup(waking_with_a_used_up_budget_has_to_wait, boot),
        cmocka_unit_test_setup(a_vcpu_has_a_budget_as_well, boot),
        cmocka_unit_test_setup(stopping_a_thread_that_was_put_aside, boot),
        cmocka_unit_test_setup(a_server_uses_its_callers_budget, boot),
        cmocka_unit_test_setup(a_server_stops_when_its_callers_budget_is_used_up, boot),
        cmocka_unit_test_setup(nested_calls_pass_the_time_on, boot),
        cmocka_unit_test_setup(a_notification_is_served_on_the_servers_own_time, boot),
        cmocka_unit_test_setup(a_notification_that_was_pending_too, boot),
        cmocka_unit_test_setup(the_caller_is_stopped_while_the_server_runs_on_its_time, boot),
        cmocka_unit_test_setup(a_server_that_is_started_anew_has_its_own_time, boot),
        cmocka_unit_test_setup(a_server_that_gets_new_registers_too, boot),
        cmocka_unit_test_setup(a_server_waits_anew_on_its_own_time, boot),
        cmocka_unit_test_setup(every_domain_runs_in_its_slots, boot_domains),
        cmocka_unit_test_setup(equals_of_a_domain_take_turns, boot_domains),
        cmocka_unit_test_setup(a_slot_is_not_lent_to_others, boot_domains),
        cmocka_unit_test_setup(an_interrupt_for_another_domain_only_becomes_pending, boot_domains),
        cmocka_unit_test_setup(a_call_is_served_in_the_slot_of_the_server, boot_domains),
        cmocka_unit_test_setup(slots_that_were_slept_through_are_passed_over, boot_domains),
    };
    return cmocka_run_group_tests_name("kernel: limits of time", tests, NULL, NULL);
}
