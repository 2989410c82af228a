/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains, and what a parent does with its children.
 */
#include <string.h>

#include "assertions.h"

#define X(pd, i)                (PD(pd)->frame.x[i])
#define MR(pd, i)               (PD(pd)->message->mr[i])
#define STATE(pd)               (PD(pd)->thread.state)
#define EC(ec)                  ((uint64_t)(ec) << 26)
#define WRITE_TRANSLATION_FAULT (EC(ESR_EC_DABT_LOWER) | 1 << 6 | 0x07)

/* CHILD runs and writes to `address`. */
static void child_faults(uint64_t address)
{
    example_wake(CHILD);
    fake_sysregs.elr_el2 = 0x200040;
    fake_sysregs.far_el2 = address;
    system_exception(WRITE_TRANSLATION_FAULT);
}

static void abort_reaches_the_parent_with_its_words(void **state)
{
    (void)state;
    child_faults(0xdead0);
    assert_runs(PARENT);
    assert_int_equal(X(PARENT, 0), EVENT_FAULT | CHILD_ID);
    assert_int_equal(MSGINFO_LABEL(X(PARENT, 1)), FAULT_VM);
    assert_int_equal(MSGINFO_COUNT(X(PARENT, 1)), 4);
    assert_int_equal(MR(PARENT, 0), 0x200040);
    assert_int_equal(MR(PARENT, 1), 0xdead0);
    assert_int_equal(MR(PARENT, 2), 0);
    assert_int_equal(MR(PARENT, 3), WRITE_TRANSLATION_FAULT);
}

static void instruction_abort_says_prefetch(void **state)
{
    (void)state;
    example_wake(CHILD);
    system_exception(EC(ESR_EC_IABT_LOWER) | 0x07);
    assert_int_equal(MSGINFO_LABEL(X(PARENT, 1)), FAULT_VM);
    assert_int_equal(MR(PARENT, 2), 1);
}

static void undefined_instruction_is_a_user_exception(void **state)
{
    (void)state;
    example_wake(CHILD);
    system_exception(EC(0));
    assert_int_equal(X(PARENT, 1), MSGINFO((uint64_t)FAULT_USER_EXCEPTION, 2ul));
    assert_int_equal(MR(PARENT, 1), EC(0));
}

static void serror_is_a_user_exception(void **state)
{
    (void)state;
    example_wake(CHILD);
    system_enter(exception_serror, EC(0x2f));
    assert_runs(PARENT);
    assert_int_equal(MSGINFO_LABEL(X(PARENT, 1)), FAULT_USER_EXCEPTION);
    assert_int_equal(MR(PARENT, 1), EC(0x2f));
}

static void unknown_system_call_is_a_fault(void **state)
{
    (void)state;
    example_wake(CHILD);
    pd_call(CHILD, SYS_COUNT, 1, 2, 3);
    assert_runs(PARENT);
    assert_int_equal(X(PARENT, 1), MSGINFO((uint64_t)FAULT_UNKNOWN_SYSCALL, 3ul));
    assert_int_equal(MR(PARENT, 1), SYS_COUNT);
}

static void fp_without_the_right_is_a_fault(void **state)
{
    (void)state;
    example_wake(CHILD);
    system_exception(EC(ESR_EC_FP));
    assert_runs(PARENT);
    assert_int_equal(MSGINFO_LABEL(X(PARENT, 1)), FAULT_USER_EXCEPTION);
}

static void reply_lets_the_child_try_again(void **state)
{
    (void)state;
    child_faults(0xdead0);
    pd_answer(PARENT);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x200040);
}

static void wait_without_reply_leaves_the_child_stopped(void **state)
{
    (void)state;
    child_faults(0xdead0);
    pd_wait(PARENT);
    assert_null(running());
    example_wake(PARENT);
    pd_answer(PARENT);
    assert_null(running());
}

static void a_busy_parent_finds_the_fault_later(void **state)
{
    (void)state;
    PD(PARENT)->thread.priority = 1;
    example_wake(PARENT);
    child_faults(0xdead0);
    assert_runs(PARENT);
    assert_int_equal(STATE(CHILD), THREAD_SENDING);
    pd_wait(PARENT);
    assert_int_equal(X(PARENT, 0), EVENT_FAULT | CHILD_ID);
    assert_int_equal(MR(PARENT, 1), 0xdead0);
}

static void without_a_parent_the_pd_stops_and_its_story_is_told(void **state)
{
    (void)state;
    example_wake(CLIENT);
    fake_sysregs.far_el2 = 0xbad000;
    system_exception(WRITE_TRANSLATION_FAULT);
    assert_null(running());
    assert_int_equal(STATE(CLIENT), THREAD_STOPPED);
    assert_non_null(strstr(machine.uart, "PD client stops: data abort on a write"));
    assert_non_null(strstr(machine.uart, "address 0xbad000; nearest mapping heap "
                                         "0xba0000..0xbaffff"));
}

static void a_stopped_pd_ignores_notifications(void **state)
{
    (void)state;
    example_wake(CLIENT);
    system_exception(EC(0));
    example_wake(SERVER);
    assert_int_equal(pd_call(SERVER, SYS_NOTIFY, FROM_CLIENT, 0, 0), DROVER_OK);
    pd_wait(SERVER);
    assert_null(running());
}

static void faults_go_up_one_generation(void **state)
{
    (void)state;
    example_wake(GRANDCHILD);
    system_exception(EC(0));
    assert_runs(CHILD);
    assert_int_equal(X(CHILD, 0), EVENT_FAULT | GRANDCHILD_ID);
}

/* ---- Stop, resume and restart ---- */

static void only_own_children_are_named(void **state)
{
    const uint64_t wild[] = {0, 4, 6, CHILD_MAX - 1, CHILD_MAX, 1ull << 40, UINT64_MAX};
    const uint64_t calls[] = {SYS_PD_STOP, SYS_PD_RESUME, SYS_PD_RESTART};

    (void)state;
    example_wake(PARENT);
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        for (unsigned j = 0; j < 3; j++) {
            assert_int_equal(pd_call(PARENT, calls[j], wild[i], 0, 0), DROVER_ERR_CHILD);
        }
    }
}

static void a_vcpu_is_no_child_pd(void **state)
{
    (void)state;
    example_wake(VMM);
    assert_int_equal(pd_call(VMM, SYS_PD_STOP, GUEST_ID, 0, 0), DROVER_ERR_CHILD);
    assert_int_equal(pd_call(VMM, SYS_PD_RESTART, GUEST_ID, 0, 0), DROVER_ERR_CHILD);
}

static void a_ready_child_stops_and_goes_on(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_STOPPED);
    assert_int_equal(pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    pd_wait(PARENT);
    assert_runs(CHILD);
}

static void a_waiting_child_goes_on_waiting(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0);
    assert_int_equal(STATE(CHILD), THREAD_WAITING);
    pd_wait(PARENT);
    assert_null(running());
}

static void a_waiting_child_finds_what_came_while_it_was_stopped(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    example_wake(SERVER);
    pd_call(SERVER, SYS_NOTIFY, FROM_CHILD, 0, 0);
    pd_wait(SERVER);
    pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0);
    pd_wait(PARENT);
    assert_runs(CHILD);
    assert_int_equal(X(CHILD, 0), 1ull << TO_SERVER);
}

static void resume_of_a_running_child_changes_nothing(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_READY);
}

static void resume_of_a_faulted_child_lets_it_try_again(void **state)
{
    (void)state;
    child_faults(0xdead0);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESUME, CHILD_ID, 0, 0), DROVER_OK);
    assert_null(PD(PARENT)->caller);
    pd_answer(PARENT);
    assert_runs(CHILD);
}

/* In every state of the child, a restart makes it run from the new entry. */
static void assert_restarts(void)
{
    assert_runs(PARENT);
    assert_int_equal(pd_call(PARENT, SYS_PD_RESTART, CHILD_ID, 0x300000, 0), DROVER_OK);
    assert_int_equal(STATE(CHILD), THREAD_READY);
    pd_answer(PARENT);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x300000);
}

static void restart_while_ready(void **state)
{
    (void)state;
    example_wake(CHILD);
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_waiting(void **state)
{
    (void)state;
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_stopped(void **state)
{
    (void)state;
    example_wake(PARENT);
    pd_call(PARENT, SYS_PD_STOP, CHILD_ID, 0, 0);
    assert_restarts();
}

static void restart_while_faulted(void **state)
{
    (void)state;
    child_faults(0xdead0);
    assert_restarts();
}

static void restart_after_a_fault_that_was_not_answered(void **state)
{
    (void)state;
    child_faults(0xdead0);
    pd_wait(PARENT);
    example_wake(PARENT);
    assert_restarts();
}

static void restart_while_in_a_call(void **state)
{
    (void)state;
    PD(SERVER)->thread.priority = 45;
    example_wake(SERVER);
    example_wake(CHILD);
    pd_call(CHILD, SYS_CALL, TO_SERVER, 0, 0);
    assert_int_equal(STATE(CHILD), THREAD_SENDING);
    example_wake(PARENT);
    assert_restarts();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(abort_reaches_the_parent_with_its_words, example_boot),
        cmocka_unit_test_setup(instruction_abort_says_prefetch, example_boot),
        cmocka_unit_test_setup(undefined_instruction_is_a_user_exception, example_boot),
        cmocka_unit_test_setup(serror_is_a_user_exception, example_boot),
        cmocka_unit_test_setup(unknown_system_call_is_a_fault, example_boot),
        cmocka_unit_test_setup(fp_without_the_right_is_a_fault, example_boot),
        cmocka_unit_test_setup(reply_lets_the_child_try_again, example_boot),
        cmocka_unit_test_setup(wait_without_reply_leaves_the_child_stopped, example_boot),
        cmocka_unit_test_setup(a_busy_parent_finds_the_fault_later, example_boot),
        cmocka_unit_test_setup(without_a_parent_the_pd_stops_and_its_story_is_told, example_boot),
        cmocka_unit_test_setup(a_stopped_pd_ignores_notifications, example_boot),
        cmocka_unit_test_setup(faults_go_up_one_generation, example_boot),
        cmocka_unit_test_setup(only_own_children_are_named, example_boot),
        cmocka_unit_test_setup(a_vcpu_is_no_child_pd, example_boot),
        cmocka_unit_test_setup(a_ready_child_stops_and_goes_on, example_boot),
        cmocka_unit_test_setup(a_waiting_child_goes_on_waiting, example_boot),
        cmocka_unit_test_setup(a_waiting_child_finds_what_came_while_it_was_stopped, example_boot),
        cmocka_unit_test_setup(resume_of_a_running_child_changes_nothing, example_boot),
        cmocka_unit_test_setup(resume_of_a_faulted_child_lets_it_try_again, example_boot),
        cmocka_unit_test_setup(restart_while_ready, example_boot),
        cmocka_unit_test_setup(restart_while_waiting, example_boot),
        cmocka_unit_test_setup(restart_while_stopped, example_boot),
        cmocka_unit_test_setup(restart_while_faulted, example_boot),
        cmocka_unit_test_setup(restart_after_a_fault_that_was_not_answered, example_boot),
        cmocka_unit_test_setup(restart_while_in_a_call, example_boot),
    };
    return cmocka_run_group_tests_name("kernel: faults", tests, NULL, NULL);
}
