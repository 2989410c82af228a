/*
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Faults of protection domains: the message to the parent, and what its reply does.
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
    assert_int_equal(X(PARENT, 1), MSGINFO((uint64_t)FAULT_USER_EXCEPTION, 5ul));
    assert_int_equal(MR(PARENT, 3), EC(0));
    assert_int_equal(MR(PARENT, 4), 0);
}

static void serror_is_a_user_exception(void **state)
{
    (void)state;
    example_wake(CHILD);
    system_enter(exception_serror, EC(0x2f));
    assert_runs(PARENT);
    assert_int_equal(MSGINFO_LABEL(X(PARENT, 1)), FAULT_USER_EXCEPTION);
    assert_int_equal(MR(PARENT, 3), EC(0x2f));
}

static void unknown_system_call_is_a_fault(void **state)
{
    (void)state;
    example_wake(CHILD);
    pd_call(CHILD, SYS_COUNT, 1, 2, 3);
    assert_runs(PARENT);
    assert_int_equal(X(PARENT, 1), MSGINFO((uint64_t)FAULT_UNKNOWN_SYSCALL, 13ul));
    assert_int_equal(MR(PARENT, 12), SYS_COUNT);
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

/* CHILD makes an unknown system call with x0..x7 = 0..7. */
static void child_makes_unknown_call(void)
{
    example_wake(CHILD);
    for (unsigned i = 3; i < 8; i++) {
        X(CHILD, i) = i;
    }
    X(CHILD, 30) = 0x200800;
    fake_sysregs.elr_el2 = 0x200104;
    fake_sysregs.sp_el0 = 0x9000;
    fake_sysregs.spsr_el2 = 0x80000000;
    pd_call(CHILD, 0x1234, 0, 1, 2);
    assert_runs(PARENT);
}

static void unknown_system_call_has_the_words_of_the_field(void **state)
{
    (void)state;
    child_makes_unknown_call();
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(MR(PARENT, i), i);
    }
    assert_int_equal(MR(PARENT, 8), 0x200100);
    assert_int_equal(MR(PARENT, 9), 0x9000);
    assert_int_equal(MR(PARENT, 10), 0x200800);
    assert_int_equal(MR(PARENT, 11), 0x80000000);
    assert_int_equal(MR(PARENT, 12), 0x1234);
}

static void reply_writes_registers_and_never_the_mode(void **state)
{
    (void)state;
    child_makes_unknown_call();
    MR(PARENT, 0) = 42;
    MR(PARENT, 8) += 4;
    MR(PARENT, 11) = UINT64_MAX;
    pd_call(PARENT, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(0ul, 13ul), 0);
    assert_runs(CHILD);
    assert_int_equal(X(CHILD, 0), 42);
    assert_int_equal(X(CHILD, 7), 7);
    assert_int_equal(fake_sysregs.elr_el2, 0x200104);
    assert_int_equal(fake_sysregs.spsr_el2, PSTATE_NZCV);
}

static void short_reply_writes_the_first_registers_only(void **state)
{
    (void)state;
    child_makes_unknown_call();
    MR(PARENT, 0) = 42;
    MR(PARENT, 1) = 43;
    MR(PARENT, 8) = 0;
    pd_call(PARENT, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(0ul, 1ul), 0);
    assert_runs(CHILD);
    assert_int_equal(X(CHILD, 0), 42);
    assert_int_equal(X(CHILD, 1), 1);
    assert_int_equal(fake_sysregs.elr_el2, 0x200100);
}

static void reply_with_a_label_leaves_the_child_stopped(void **state)
{
    (void)state;
    child_makes_unknown_call();
    pd_call(PARENT, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(1ul, 0ul), 0);
    assert_null(running());
    assert_int_equal(STATE(CHILD), THREAD_STOPPED);
}

static void reply_to_an_exception_writes_pc_sp_and_flags(void **state)
{
    (void)state;
    example_wake(CHILD);
    fake_sysregs.elr_el2 = 0x200040;
    system_exception(EC(0));
    assert_int_equal(MR(PARENT, 0), 0x200040);
    MR(PARENT, 0) = 0x200044;
    MR(PARENT, 1) = 0x8000;
    MR(PARENT, 2) = PSTATE_EL1H | 1ul << 30;
    MR(PARENT, 3) = 99;
    X(CHILD, 0) = 5;
    pd_call(PARENT, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(0ul, 5ul), 0);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x200044);
    assert_int_equal(fake_sysregs.sp_el0, 0x8000);
    assert_int_equal(fake_sysregs.spsr_el2, 1ul << 30);
    assert_int_equal(X(CHILD, 0), 5);
}

static void reply_to_an_abort_writes_nothing_and_restarts(void **state)
{
    (void)state;
    child_faults(0xdead0);
    MR(PARENT, 0) = 0;
    pd_call(PARENT, SYS_REPLY_WAIT, DEFERRED_NONE, MSGINFO(1ul, 4ul), 0);
    assert_runs(CHILD);
    assert_int_equal(fake_sysregs.elr_el2, 0x200040);
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
        cmocka_unit_test_setup(unknown_system_call_has_the_words_of_the_field, example_boot),
        cmocka_unit_test_setup(reply_writes_registers_and_never_the_mode, example_boot),
        cmocka_unit_test_setup(short_reply_writes_the_first_registers_only, example_boot),
        cmocka_unit_test_setup(reply_with_a_label_leaves_the_child_stopped, example_boot),
        cmocka_unit_test_setup(reply_to_an_exception_writes_pc_sp_and_flags, example_boot),
        cmocka_unit_test_setup(reply_to_an_abort_writes_nothing_and_restarts, example_boot),
        cmocka_unit_test_setup(a_busy_parent_finds_the_fault_later, example_boot),
        cmocka_unit_test_setup(without_a_parent_the_pd_stops_and_its_story_is_told, example_boot),
        cmocka_unit_test_setup(a_stopped_pd_ignores_notifications, example_boot),
        cmocka_unit_test_setup(faults_go_up_one_generation, example_boot),
    };
    return cmocka_run_group_tests_name("kernel: faults", tests, NULL, NULL);
}
